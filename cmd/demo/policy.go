package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"plusultra.link/privacy/internal/notice"
)

// earlier is the day from which the policy was in force that the shipped one
// replaced here.
const earlier = "2025-09-01"

// policyOf writes the shipped policy into a folder, beside one that it replaced, so
// that there is something to compare.
func policyOf(folder string) (*notice.Policy, error) {
	shipped, err := notice.Shipped()
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(folder); err != nil {
		return nil, err
	}
	if err := os.CopyFS(folder, shipped); err != nil {
		return nil, err
	}
	versions, err := fs.ReadDir(shipped, ".")
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(folder, earlier), 0o750); err != nil {
		return nil, err
	}
	for lang, was := range wordsBefore() {
		source, err := fs.ReadFile(shipped, versions[len(versions)-1].Name()+"/"+lang+".md")
		if err != nil {
			return nil, err
		}
		said := string(source)
		for now, then := range was {
			if strings.Count(said, now) != 1 {
				return nil, fmt.Errorf("the shipped policy no longer says %q", now)
			}
			said = strings.Replace(said, now, then, 1)
		}
		if err := os.WriteFile(filepath.Join(folder, earlier, lang+".md"), []byte(said), 0o600); err != nil {
			return nil, err
		}
	}
	about := "effective: " + earlier + "\nchanges: {en: \"The first version for all of our services.\", ja: \"すべてのサービスに共通する最初の版です。\"}\n"
	if err := os.WriteFile(filepath.Join(folder, earlier, "version.yaml"), []byte(about), 0o600); err != nil {
		return nil, err
	}
	return notice.Load(folder)
}

// wordsBefore are, by language, words of the shipped policy and what stood there
// before.
func wordsBefore() map[string]map[string]string {
	return map[string]map[string]string{
		"en": {
			"A new version appears on this page first, with a sentence on what is different. Earlier versions stay readable. We may also write to you.":              "A new version appears on this page first. We may also write to you.",
			"You first see what goes, what has to stay, why and until when, and you have some days to change your mind.":                                             "You first see what goes and what has to stay.",
			"This portal honours it: if you are signed in, it counts as your no to sharing and to advertising. ":                                                     "",
			"We do not knowingly collect data of children under 13.":                                                                                                 "We do not collect data of children under 13.",
			"You may also complain to the authority of the country you live in; in the European Economic Area also to the one where you work, or where it happened.": "You may also complain to the authority of the country you live in.",
		},
		"ja": {
			"新しい版は、何が変わったかの説明とともに、まずこのページに掲載します。以前の版も引き続きお読みいただけます。": "新しい版は、まずこのページに掲載します。",
			"消えるもの、残るもの、その理由と期限を事前にお示しし、数日の間は取り消すこともできます。":           "消えるものと残るものを事前にお示しします。",
			"このポータルはその信号に従い、サインインされている場合は、情報の共有と広告を拒否されたものとして記録します。": "",
			"13歳未満の子どもの情報を、そうと知りながら集めることはありません。":                     "13歳未満の子どもの情報を集めることはありません。",
			"欧州経済領域の方は、勤務先の国や、問題の起きた国の監督機関にも申し立てることができます。":           "",
		},
	}
}
