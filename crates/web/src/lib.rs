//! Browser doors: authorize, journeys, consent, logout
