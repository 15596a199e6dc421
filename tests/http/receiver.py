#!/usr/bin/python3
"""Somebody to whom webhooks are sent, and who behaves as the path says.

  receiver.py        prints the port, then serves until its stdin ends

  POST /<name>/<behaviour>   (PATCH too) notes what came under the name, and behaves:
      ok 200; created 201; no 500; gone 410; elsewhere 302 to .../ok; later 503 with Retry-After: 3600;
      system (an id, as a CRM does); hang (no answer); reset; huge 200 and 10 MB; cut (an answer that breaks off);
      twice (500, then 200)
  GET /leads/<name>/<behaviour>/<id>   a lead's answers, for who shows "Bearer <secret>" of the name, and behaves:
      ok 200; twice (500, then 200); limited (429 with Retry-After: 6, then 200); stalls (no answer, then 200);
      gone 404; huge 2 MB; no 500. GET /seen/<name> counts what was asked for as well.
