package embedded

import (
	"context"
	"log/slog"
)

// Installed is where this machine's own programs are.
func Installed(ctx context.Context) (string, error) {
	return Programs{}.find(ctx, 0, slog.New(slog.DiscardHandler))
}

// Programs is the folder of the programs it runs.
func (s *Server) Programs() string { return s.bin }
