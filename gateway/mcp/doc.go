// Package mcp serves links as tools of the Model Context Protocol (modelcontextprotocol.io),
// over streamable HTTP. /s/{token}/mcp has one tool, run; /mcp has one for each shared workflow
// of the workspace whose key is sent.
//
// A call is a run through the link: sharing decides it as any other, and the package holds no
// right of its own. Each request stands alone, so that every replica answers it. A browser's page
// passes only where it may run the link. A credential comes in a header, because arguments
// are read by a language model. Texts of owners are marked as theirs, in one line.
package mcp
