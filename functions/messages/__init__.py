"""Messages to teams and the station: kept with the event, sent later."""
