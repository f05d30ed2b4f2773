// Names of resources. Titles come from the server, with what names them.
export const idOf = (resource: string | undefined): string => resource?.split("/").pop() ?? "";
