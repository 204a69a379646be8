package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

const slowStatement = 200 * time.Millisecond

// statementLog sends what GORM has to say to slog. It implements
// gorm.ParamsFilter: statements are written with their placeholders, because
// values are personal data.
type statementLog struct{ to *slog.Logger }

func newStatementLog(to *slog.Logger) logger.Interface {
	if to == nil {
		to = slog.Default()
	}
	return statementLog{to: to}
}

func (l statementLog) LogMode(logger.LogLevel) logger.Interface { return l }

func (l statementLog) Info(ctx context.Context, format string, args ...any) {
	l.to.InfoContext(ctx, fmt.Sprintf(format, args...))
}

func (l statementLog) Warn(ctx context.Context, format string, args ...any) {
	l.to.WarnContext(ctx, fmt.Sprintf(format, args...))
}

func (l statementLog) Error(ctx context.Context, format string, args ...any) {
	l.to.ErrorContext(ctx, fmt.Sprintf(format, args...))
}

// ParamsFilter drops a statement's values before it is written anywhere.
func (l statementLog) ParamsFilter(ctx context.Context, sql string, values ...any) (string, []any) {
	return withoutValues(ctx, sql, values...)
}

// Scan records its statement before it asks our ParamsFilter: GORM has a
// filter of its own for that, which lets every value through.
func init() { logger.RecorderParamsFilter = withoutValues } //nolint:gochecknoinits // nowhere else to say it

func withoutValues(_ context.Context, sql string, _ ...any) (string, []any) { return sql, nil }

// Trace tells of slow statements, and at debug level of failed ones: a failure
// is told where it is answered, once.
func (l statementLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	failed := err != nil && !errors.Is(err, gorm.ErrRecordNotFound)
	took := time.Since(begin)
	level := slog.LevelDebug
	if took >= slowStatement {
		level = slog.LevelWarn
	} else if !failed {
		return
	}
	if !l.to.Enabled(ctx, level) {
		return
	}
	sql, rows := statement()
	attrs := []slog.Attr{slog.String("sql", sql), slog.Int64("rows", rows), slog.Duration("took", took)}
	if failed {
		attrs = append(attrs, slog.String("failure", failureCode(err)))
	}
	l.to.LogAttrs(ctx, level, "statement", attrs...)
}

// failureCode is the SQLSTATE where there is one: PostgreSQL's messages quote values.
func failureCode(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return fmt.Sprintf("%T", err)
}
