"""Charts, workbooks and pages from finished tables; nothing here decides a number or knows a rule."""
