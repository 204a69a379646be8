package jobs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// counts tells an operator what is in the queue.
const counts = "../../internal/jobs/store_queue.go"

// What a queue keeps in its tables is the queue's. Tests may look.
func TestNobodyReadsOrWritesTheQueuesOwnTablesButForCounting(t *testing.T) {
	t.Parallel()
	theirs := regexp.MustCompile(`river_(job|leader|queue|client|migration|notification)|\.Job(List|Delete|Retry|Get|Update|CancelTx)\w*\(|\.JobCancel\(ctx`)
	sources := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "testkit") {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if ext := filepath.Ext(path); d.IsDir() || ext != ".go" && ext != ".sql" && ext != ".templ" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		sources++
		if path == counts {
			source = regexp.MustCompile(`\bfrom river_job\b|::river_job_state\b`).ReplaceAll(source, nil)
		}
		if found := theirs.Find(source); found != nil {
			t.Errorf("%s: %s", path, found)
		}
		return nil
	})
	if err != nil || sources < 200 {
		t.Errorf("%d sources were read: %v", sources, err)
	}
}
