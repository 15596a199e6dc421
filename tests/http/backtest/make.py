"""Writes list.csv and deals.csv anew: leads with names and placeholders as tools export them."""
import pathlib
import random

here = pathlib.Path(__file__).parent
chance = random.Random(20261122)
origins = ["Google", "Direct Traffic", "Select", "", "Reference"]
with open(here / "list.csv", "w") as leads, open(here / "deals.csv", "w") as deals:
    leads.write("Prospect ID,Lead Origin,Total Visits,Page Views Per Visit,Do Not Email,First Seen\n")
    deals.write("Prospect ID,Closed,Outcome\n")
    for i in range(400):
        origin = chance.choice(origins)
        visits = chance.choice(["", str(chance.randrange(12))])
        views = chance.choice(["", "%.2f" % (chance.random() * 6)])
        seen = "2025-%02d-%02d" % (chance.randrange(1, 13), chance.randrange(1, 28))
        leads.write(f"P{i},{origin},{visits},{views},{chance.choice(['Yes', 'No'])},{seen}\n")
        if chance.random() < 0.6:
            closed = "2025-%02d-%02d" % (chance.randrange(1, 13), chance.randrange(1, 28))
            outcome = "won" if chance.random() < 0.3 + 0.4 * (origin == "Reference") else "lost"
            deals.write(f"P{i},{closed},{outcome}\n")
