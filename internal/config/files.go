package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"time"
)

// Downloads says how copies of people's data are made and kept.
type Downloads struct {
	Files      string `env:"PORTAL_FILES" placeholder:"FOLDER|URL" help:"Where the journal and finished downloads lie, sealed: a folder, or a bucket such as s3://name?region=eu-central-1 where several portals share it. Without it, the folder files beside the private database."`
	ExportDays int    `env:"PORTAL_EXPORT_DAYS" default:"7" help:"For how many days a download can be fetched."`
	ExportPace string `env:"PORTAL_EXPORT_PACE" enum:"auto,gentle,full" default:"auto" help:"How much of the database a download may take while it is made: gentle, full, or auto: gentle while people wait for pages."`
}

// Keep is how long a download can be fetched.
func (d Downloads) Keep() time.Duration { return time.Duration(d.ExportDays) * 24 * time.Hour }

// longestDays is a bound against slips: data that lies about is data at risk.
const longestDays = 90

func (d Downloads) check() []error {
	var faults []error
	if d.ExportDays < 1 || d.ExportDays > longestDays {
		faults = append(faults, fmt.Errorf("PORTAL_EXPORT_DAYS is %d, not between 1 and %d", d.ExportDays, longestDays))
	}
	if u, err := url.Parse(d.Files); err != nil || u.Scheme != "" && u.Scheme != "file" && u.Scheme != "s3" && !filepath.IsAbs(d.Files) {
		faults = append(faults, fmt.Errorf("PORTAL_FILES %q is neither a folder nor a bucket such as s3://name?region=eu-central-1", d.Files))
	}
	return faults
}
