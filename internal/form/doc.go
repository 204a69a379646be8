// Package form looks after what somebody typed until it has done what they
// sent it for: a form that came back is shown again as it was written, and one
// that was sent twice does its deed once.
package form
