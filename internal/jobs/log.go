package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"plusultra.link/privacy/internal/fault"
)

// failures tells the log which job failed and why; never with what arguments.
type failures struct{ log *slog.Logger }

func (f failures) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	level := slog.LevelWarn // it is tried again
	var cancelled *rivertype.JobCancelError
	if errors.As(err, &cancelled) || job.Attempt >= job.MaxAttempts {
		level = slog.LevelError
	}
	f.log.LogAttrs(ctx, level, "job failed", append(naming(job), slog.Any("error", err))...)
	return nil
}

func (f failures) HandlePanic(ctx context.Context, job *rivertype.JobRow, _ any, trace string) *river.ErrorHandlerResult {
	// The value that was thrown may hold anything; the trace says where.
	f.log.LogAttrs(ctx, slog.LevelError, "job panicked", append(naming(job), slog.String("trace", trace))...)
	return nil
}

// quietly keeps what others said out of the queue's own table, where River
// writes each error of a job and each value that was thrown.
type quietly struct{ river.MiddlewareDefaults }

// Work does the job, and says its error as the log may have it.
func (*quietly) Work(ctx context.Context, _ *rivertype.JobRow, do func(context.Context) error) error {
	defer func() {
		if thrown := recover(); thrown != nil {
			panic(fmt.Sprintf("a %T", thrown))
		}
	}()
	return fault.Redacted(do(ctx))
}

func naming(job *rivertype.JobRow) []slog.Attr {
	return []slog.Attr{
		slog.String("kind", job.Kind), slog.Int64("job", job.ID),
		slog.Int("attempt", job.Attempt), slog.Int("attempts", job.MaxAttempts),
	}
}

// warnings lets through what needs somebody. River also tells every start and
// stop, and of a panic the value thrown, which failures has told without it.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) Handle(ctx context.Context, record slog.Record) error {
	thrown := false
	record.Attrs(func(a slog.Attr) bool {
		thrown = a.Key == "panic_val"
		return !thrown
	})
	if thrown {
		return nil
	}
	return w.Handler.Handle(ctx, record)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
