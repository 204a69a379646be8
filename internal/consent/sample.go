package consent

import (
	"plusultra.link/privacy/internal/fault"
	"plusultra.link/privacy/internal/mail"
)

// Sample is a message that shows how mail of a topic looks: with its ways out,
// or, if the topic is locked, with the reason why there are none. NotFound for
// an unknown topic.
func (s *Service) Sample(to mail.Recipient, topic string) (mail.Message, error) {
	t, ok := s.deps.Register.Topic(topic)
	if !ok {
		return mail.Message{}, fault.New(fault.NotFound, "consent.topicUnknown")
	}
	out, err := s.UnsubscribeLinks(to, topic)
	if err != nil {
		return mail.Message{}, err
	}
	m := mail.Message{
		Kind: "sample", Topic: topic, Unsubscribe: out, Sample: true,
		Args: map[string]string{"Topic": t.Name.In(to.Lang), "Summary": t.Summary.In(to.Lang)},
	}
	if t.Locked {
		m.Kind, m.Args["Because"] = "sampleLocked", t.Because.In(to.Lang)
	}
	return m, nil
}
