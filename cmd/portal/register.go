package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"plusultra.link/privacy/internal/deadline"
	"plusultra.link/privacy/internal/document"
	"plusultra.link/privacy/internal/notice"
	"plusultra.link/privacy/internal/register"
)

type registerCmd struct {
	Check  registerCheckCmd  `cmd:"" help:"List everything that is wrong with a register, one fault a line. Needs no database."`
	Schema registerSchemaCmd `cmd:"" help:"Print the JSON Schema of a register, for an editor that completes it."`
}

type registerCheckCmd struct {
	File string `arg:"" optional:"" env:"PORTAL_REGISTER" type:"path" help:"Your register: a YAML file or a folder of them. Without it, the one built in."`

	Policy string `env:"PORTAL_POLICY" type:"path" placeholder:"FOLDER" help:"Your policy's prose, to be checked too: a folder of versions."`
}

// Run prints faults as file:line: path: sentence and ends with 1 if there are any.
func (c *registerCheckCmd) Run() error {
	reg, err := register.Load(c.File)
	_, err2 := notice.Load(c.Policy)
	faults := 0
	for _, err := range []error{err, err2} {
		found, ok := errors.AsType[document.Faults](err)
		if err != nil && !ok {
			return err
		}
		if faults += len(found); ok {
			fmt.Println(found)
		}
	}
	if faults > 0 {
		return fmt.Errorf("faults: %d; the portal would not start", faults)
	}
	for _, odd := range reg.Warnings {
		fmt.Println("warning: " + odd.String())
	}
	for _, end := range reg.Ending(deadline.DayOf(time.Now(), time.UTC)) {
		fmt.Println("warning: " + end.String())
	}
	fmt.Printf("%s: %d categories, %d purposes, %d recipients, %d topics; no fault.\n",
		reg.Controller.Name, len(reg.Categories), len(reg.Purposes), len(reg.Recipients), len(reg.Topics))
	return nil
}

type registerSchemaCmd struct{}

// Run prints the schema.
func (c *registerSchemaCmd) Run() error {
	schema, err := register.Schema()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(schema, '\n'))
	return err
}
