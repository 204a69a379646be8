package story

// Pages lists the chapters of the book, one a line.
func Pages() []Group {
	return []Group{
		parts(),
		forms(),
		holdings(),
		frames(),
		account(),
		overview(),
		data(),
		downloads(),
		email(),
		letters(),
		choices(),
		erasures(),
		services(),
		requests(),
		desk(),
		tasks(),
		policyChapter(),
	}
}
