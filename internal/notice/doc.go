// Package notice is the privacy policy as people read it: plain sentences in
// every language, kept version by version.
//
// A version is a folder with version.yaml and one Markdown file per language.
// Lists that the register holds are not written again: a line such as
// {{categories}} is a [Slot], which the page fills from the register. Raw
// HTML, images and links to anything but pages, sites and mailboxes are
// refused when the text is read, so what comes out is safe to show.
package notice
