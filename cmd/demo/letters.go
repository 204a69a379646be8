package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"plusultra.link/privacy/internal/breach"
	"plusultra.link/privacy/internal/mailing"
)

// nature is what happened in the demo's breach.
const nature = "A backup of the support system was readable for eleven hours by a contractor who did not need it. The log shows one download, which has been deleted."

// write has the officer note a breach on its day and tell the authority of it in time,
// write to whom it concerned, and write a letter about a new feature. It may be stopped
// anywhere and repeated.
func write(ctx context.Context, a joined) error {
	officer, err := theOfficer(ctx, a)
	if err != nil {
		return err
	}
	found := a.Now().Add(-44 * time.Hour).Truncate(time.Hour)
	of, err := noted(ctx, a)
	if err != nil {
		return err
	}
	if of.ID == uuid.Nil {
		people := int64(1)
		then := breach.New(breach.Deps{DB: a.db, Register: a.Register, Now: func() time.Time { return found.Add(5 * time.Hour) }})
		of.ID, err = then.Note(ctx, officer, found, breach.Facts{
			Nature: nature, Categories: []string{"correspondence"}, People: &people, HighRisk: true,
			Consequences: "Somebody outside our support has read what was written to us about slow evenings.",
			Measures:     "The way in was closed the same day. Backups of that system can be read by two people now.",
		})
		if err != nil {
			return fmt.Errorf("the breach: %w", err)
		}
		of.State = breach.Open
	}
	if of.State == breach.Open {
		at := found.Add(29 * time.Hour)
		then := breach.New(breach.Deps{DB: a.db, Register: a.Register, Now: func() time.Time { return at }})
		if err := then.Tell(ctx, officer, of.ID, breach.Notification{At: at, Reference: "B-2026-17"}); err != nil {
			return fmt.Errorf("telling of the breach: %w", err)
		}
	}
	for _, words := range []mailing.Words{
		{
			Kind: mailing.Breach, Breach: of.ID, Topic: "security-notices", Whom: mailing.Listed, List: robin,
			Subject: map[string]string{"en": "Your messages to support were read by somebody who should not have", "ja": "サポート宛てのメッセージが、権限のない者に閲覧されました"},
			Body: map[string]string{
				"en": "For eleven hours, a contractor who did not need it could read a backup with what you wrote to our support. They opened it once.\n\nIt holds your messages, no password and no payment. You need not do anything. We have closed the way in, and the copy has been deleted.",
				"ja": "当社のサポート窓口にお送りいただいたメッセージを含むバックアップが、11時間にわたり、本来必要のない委託先の担当者から閲覧できる状態にあり、実際に一度開かれました。\n\nパスワードやお支払いの情報は含まれていません。お客様に行っていただくことはありません。閲覧できる経路は遮断し、持ち出された写しは削除しました。",
			},
		},
		{
			Kind: mailing.Notice, Topic: "new-features",
			Subject: map[string]string{"en": "Link now remembers your favourite places", "ja": "よく使う接続先を登録できるようになりました"},
			Body: map[string]string{
				"en": "Press the star beside a place, and it stands first the next time. Your favourites stay on your device; we do not see them.",
				"ja": "接続先の横にある星を押すと、次回から一覧の先頭に表示されます。登録した接続先はお使いの端末にのみ保存され、当社には送られません。",
			},
		},
	} {
		if err := send(ctx, a, words); err != nil {
			return fmt.Errorf("the letter %q: %w", words.Subject["en"], err)
		}
	}
	return nil
}

func noted(ctx context.Context, a joined) (breach.Breach, error) {
	reads := a.db.Reads()
	all := a.Breaches.ReadAll(reads)
	if err := reads.Send(ctx); err != nil {
		return breach.Breach{}, err
	}
	if i := slices.IndexFunc(*all, func(b breach.Breach) bool { return b.Nature == nature }); i >= 0 {
		return (*all)[i], nil
	}
	return breach.Breach{}, nil
}

// send drafts a letter, has it counted who will get it, begins it and writes it, as far
// as that is not done yet.
func send(ctx context.Context, a joined, words mailing.Words) error {
	officer, err := theOfficer(ctx, a)
	if err != nil {
		return err
	}
	reads := a.db.Reads()
	all := a.Mailings.ReadAll(reads)
	if err := reads.Send(ctx); err != nil {
		return err
	}
	var m mailing.Mailing
	if i := slices.IndexFunc(*all, func(m mailing.Mailing) bool { return m.Subject.In("en") == words.Subject["en"] }); i >= 0 {
		m = (*all)[i]
	} else if m.ID, err = a.Mailings.Draft(ctx, officer, words); err != nil {
		return err
	} else {
		m.State, m.Edition = mailing.Draft, 1
	}
	if m.State == mailing.Draft {
		if err := a.Mailings.Run(ctx, m.ID); err != nil {
			return err
		}
		if err := a.Mailings.Begin(ctx, officer, m.ID, m.Edition); err != nil {
			return err
		}
	}
	return a.Mailings.Run(ctx, m.ID)
}
