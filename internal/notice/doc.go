// Package notice is the privacy policy as people read it: plain sentences in
// every language, kept version by version, and who was shown which.
//
// A version is written in a folder with version.yaml and one Markdown file per
// language. Lists that the register holds are not written again: a line such as
// {{categories}} is a [Slot]. Raw HTML, images and links to anything but pages,
// sites and mailboxes are refused when the text is read, so what comes out is
// safe to show.
//
// When a portal starts it takes each new version of the folder in as a draft,
// its lists filled from the register ([Service.TakeIn]):
//
//	folder ──start──▶ draft ──read by one, published by another──▶ published
//	                    │                                              ├── its day comes: in force on every portal
//	                    └── folder or register changed: drafted anew   └── before that day: may be withdrawn
//
// What is published can't be changed: the database refuses it. A register that
// says something else than the version in force is a draft too, of the same
// prose with today's lists.
package notice
