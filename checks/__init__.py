"""Programs that check more than a test run can: soak, fuzz, wheel, container, an hour live."""
