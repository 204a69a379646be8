package main

import "context"

type demoCmd struct{}

func (c *demoCmd) Run(ctx context.Context) error { return nil }
