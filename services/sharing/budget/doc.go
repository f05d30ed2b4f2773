// Package budget decides which limits a run counts against: the budget of the key that
// pays, the limits of the share and of each visitor, the allowance of guests. It says
// what is left of them, and words the refusal when one is exhausted.
//
// What it refuses: to count, which package meter does, and to show a caller how much of
// another workspace's key budget is used.
package budget
