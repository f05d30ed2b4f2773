// Package pages serves what people open in a browser: the page of a share, the same page
// for frames, the picture for link previews, the console, and the files of the web app.
//
// A page is the same document for every link. It fetches what it shows from /v1; only
// its title, its preview and its first screen (title, words, sample picture) come from
// here. It is served as to a guest: pages hold no key and need none.
package pages
