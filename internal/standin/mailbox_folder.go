package standin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// load reads the folder's messages, the oldest first.
func (m *Mailbox) load() error {
	if m.config.Folder == "" {
		return nil
	}
	if err := os.MkdirAll(m.config.Folder, 0o700); err != nil {
		return fmt.Errorf("mailbox folder: %w", err)
	}
	entries, err := os.ReadDir(m.config.Folder) // by name, and names sort by number
	if err != nil {
		return fmt.Errorf("mailbox folder: %w", err)
	}
	for _, entry := range entries {
		number, ok := strings.CutSuffix(entry.Name(), ".eml")
		id, err := strconv.Atoi(number)
		if !ok || err != nil {
			continue // somebody else's file
		}
		stored, err := os.ReadFile(filepath.Join(m.config.Folder, entry.Name()))
		if err != nil {
			return fmt.Errorf("mailbox folder: %w", err)
		}
		message, err := parseMessage(stored)
		if err != nil {
			return fmt.Errorf("mailbox folder: %s: %w", entry.Name(), err)
		}
		message.ID = id
		m.messages = append(m.messages, message)
		m.last = max(m.last, id)
	}
	return m.drop(len(m.messages) - m.config.Keep)
}

// write keeps a message in the folder. It is renamed into place, so that a
// kill leaves no half of one.
func (m *Mailbox) write(message Message) error {
	if m.config.Folder == "" {
		return nil
	}
	path := m.path(message.ID)
	if err := os.WriteFile(path+".new", message.Raw, 0o600); err != nil {
		return fmt.Errorf("mailbox folder: %w", err)
	}
	return os.Rename(path+".new", path)
}

// drop forgets the n oldest messages. The caller holds the lock.
func (m *Mailbox) drop(n int) error {
	var failed []error
	for range n {
		if m.config.Folder != "" {
			if err := os.Remove(m.path(m.messages[0].ID)); err != nil && !errors.Is(err, os.ErrNotExist) {
				failed = append(failed, err)
			}
		}
		m.messages = m.messages[1:]
	}
	return errors.Join(failed...)
}

func (m *Mailbox) path(id int) string {
	return filepath.Join(m.config.Folder, fmt.Sprintf("%08d.eml", id))
}
