// The targets above are filled in their own change.
