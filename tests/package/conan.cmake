message("SKIPPED: later")
