"""The page in a real browser, as people use it: the README's story by two people at once, each action by keyboard alone, who was first,
and what it looks like."""

import os
import shutil
import time
import unittest

from selenium.webdriver.common.keys import Keys

from place import FITS, ROOT, WebTest, wait_for

SIZES = [(1440, 900), (768, 1024), (390, 844)]


class Story(WebTest):
    def test_two_people_two_browsers(self):
        """The story of README.md, clicked through."""
        workspace = self.workspace(signed=False)
        ana, sam = self.browser(workspace, "ana"), self.browser(workspace, "sam")

        for term, name in (("mql", "MQL"), ("sql", "SQL")):
            ana.go("agreement/%s/1" % term)
            ana.press("Propose")
            ana.press("Propose", "dialog button.first")
            ana.see("Proposed: both sides can sign it now.")
            digest = wait_for("there is a hash", lambda: next((e.text for e in ana.all(".hash") if len(e.text) == 64), None))
            for somebody in (ana, sam):
                somebody.go("agreements").go("agreement/%s/1" % term)
                somebody.press("Sign")
                somebody.see(digest, "dialog")
                somebody.press("I have read it", "dialog label")
                somebody.press("Sign", "dialog button.first")
                somebody.see("Signed.", ".said")
                somebody.dialog_closes()
            sam.see("In force", ".head")

        # a lead comes in, and is in the queue while Sam looks at it
        sam.go("queue")
        sam.see("Nothing waits.")
        workspace.lead("Kim", company="kite.example")
        self.assertLess(sam.see("Kim", ".queue"), 2, "it is there within two seconds")
        sam.press("Claim the next")
        sam.see("Kim is yours", ".said")
        sam.press("Reject")
        sam.press("Company too small", "label")
        sam.write("company.employees", "30")
        sam.write("Note", "Thirty, she said.")
        sam.press("Reject", "dialog button.danger")
        sam.dialog_closes()
        sam.see("Rejected, and sent back with the reason.", ".said")
        sam.see("Nothing waits.")
        ana.go("sent?show=rejected")
        ana.see("Too small", "main")
        ana.see("The data was wrong", "main")
        ana.see("Thirty, she said.", "main")

        # the next one fits
        workspace.lead("Tom", source="linkedin", company="tower.example", **{"company.employees": 400, "seniority": "c_level"})
        sam.press("Tom", ".queue a")
        sam.press("Accept", ".pane button")
        sam.see("Accepted: it is your team’s now.", ".said")
        sam.press("Qualify", ".pane button")
        for fact, value in (("Budget", "approved"), ("Authority", "signs himself"), ("Need", "replaces a spreadsheet"), ("Timeline", "this quarter")):
            sam.write(fact, value)
        sam.press("Qualify", "dialog button.first")
        sam.see("Qualified.", ".said")
        sam.dialog_closes()
        for outcome, amount in (("opportunity", ""), ("won", "9000")):
            sam.press("Outcome", ".pane button")
            sam.choose("Outcome", outcome)
            if amount:
                sam.write("Amount", amount)
            sam.press("Report", "dialog button.first")
            sam.dialog_closes()
        sam.see("Customer", ".pane")

        ana.go("attribution?milestone=customer")
        ana.see("linkedin", "table")
        row = wait_for("its row", lambda: next((e.text for e in ana.all("tbody tr") if "linkedin" in e.text), None))
        self.assertEqual(row.split()[:3], ["linkedin", "1", "1"])
        self.assertIn("9,000", row)
        ana.press("1", "tbody tr:first-child a.number")
        ana.see("Tom", "table")

    def test_credit_is_counted_another_way(self):
        workspace = self.workspace()
        for name, source in (("Kim", "google"), ("Tom", "linkedin")):
            made = workspace.lead(name, source=source)["handoff"]["id"]
            workspace.ask("sam", "POST", "/v1/handoffs/%s/accept" % made)
            workspace.ask("sam", "POST", "/v1/handoffs/%s/qualify" % made, {"facts": {fact: {"value": "yes", "evidence": "they say"} for fact in ("budget", "authority", "need", "timeline")}})
            workspace.ask("sam", "POST", "/v1/handoffs/%s/outcome" % made, {"outcome": "opportunity", "amount": {"minor": 100000, "currency": "EUR"}})
        ana = self.browser(workspace, "ana").go("attribution?milestone=opportunity&compare=time_decay,markov")
        ana.see("In the pipeline", "table")
        ana.see("1,000", "table")
        ana.press("How it is counted")
        ana.press("Count it differently")
        ana.expected = (400, 422)
        ana.write("Name of the setup", "ninety")
        ana.write("Days a touch counts", "many")
        ana.press("Count it so")
        wait_for("the fault is at its place", lambda: next((e.text for e in ana.all("dialog [data-field='/window_days'] .fault") if e.is_displayed()), None))
        ana.write("Days a touch counts", "90")
        ana.press("Count it so")
        ana.see("How it is counted: ninety", "main")
        self.assertIn("setup=ninety", ana.run("return location.hash"))
        ana.see("Without it (Markov)", "table")
        self.assertEqual(workspace.ask("ana", "GET", "/v1/attribution/setups/ninety")["record"]["window_days"], 90)

    def test_by_keyboard_alone(self):
        workspace = self.workspace()
        for name in ("Kim", "Lee", "Bo", "Ria"):
            workspace.lead(name)
        sam = self.browser()
        sam.driver.get(self.service.url)
        sam.see("Your key")
        sam.keys(workspace.keys["sam"], Keys.ENTER)
        sam.see("Kim", ".queue")
        first = workspace.ask("sam", "GET", "/v1/handoffs?state=offered&with=lead")["data"]
        order = [item["lead"]["attributes"]["name"] for item in first]

        sam.keys("?")
        sam.see("the one before", "dialog")
        sam.keys(Keys.ESCAPE)
        sam.dialog_closes()

        sam.keys("j")
        sam.see(order[0], ".detail h2")
        sam.keys("j")
        sam.see(order[1], ".detail h2")
        sam.keys("k")
        sam.see(order[0], ".detail h2")
        sam.keys("a")
        sam.see("Accepted", ".said")

        sam.keys("j")
        sam.see(order[1], ".detail h2")
        sam.keys("r")
        sam.see("Why?", "dialog")
        sam.keys(Keys.SPACE)  # the first reason
        sam.tab_to(lambda text: text.startswith("Note"))
        sam.keys("Said so on the phone.")
        sam.tab_to(lambda text: text == "Reject")
        sam.keys(Keys.ENTER)
        sam.see("Rejected", ".said")
        sam.dialog_closes()

        sam.keys("c")
        sam.see("is yours until", ".said")
        sam.tab_to(lambda text: text.startswith("Release"))
        sam.keys(Keys.ENTER)
        sam.see("Released", ".said")
        sam.tab_to(lambda text: text.startswith("Assign"))
        sam.keys(Keys.ENTER)
        sam.see("Who takes", "dialog")
        sam.tab_to(lambda text: text == "Assign")
        sam.keys(Keys.ENTER)
        sam.see("Assigned", ".said")
        sam.dialog_closes()

        sam.go("queue?show=accepted")
        sam.keys("j")
        sam.see(order[0], ".detail h2")
        sam.keys("q")
        sam.see("Qualify", "dialog h2")
        for fact in ("Budget", "Authority", "Need", "Timeline"):
            if fact != "Budget":
                sam.tab_to(lambda text, fact=fact: text.startswith(fact))
            sam.keys("yes, they say")
        sam.tab_to(lambda text: text == "Qualify")
        sam.keys(Keys.ENTER)
        sam.see("Qualified.", ".said")

        sam.tab_to(lambda text: text == "Leads", 200, back=True)
        sam.keys(Keys.ENTER)
        sam.see("Add a lead", "main")
        sam.tab_to(lambda text: text == "Sign out" or text.startswith("sam"), 40, back=False)
        sam.keys(Keys.ENTER)
        sam.see("Where you are signed in")
        sam.tab_to(lambda text: text == "Sign out")
        sam.keys(Keys.ENTER)
        sam.see("Your key")
        sam.expected = (401, )

    def test_what_to_be_written_to_about(self):
        workspace = self.workspace()
        sam = self.browser()
        sam.driver.get(self.service.url)
        sam.write("Or your email address", "sam@acme.example")
        sam.press("Mail me a link")
        sam.see("This server mails no links")
        sam.sign_in(workspace, "sam")
        sam.go("account")
        sam.see("Write to me when")
        sam.press("A lead waits for my team, or is asked of it")
        kept = wait_for("it is kept", lambda: self.wanted(workspace, lambda wanted: "team" not in wanted))
        self.assertIn("mine", kept)
        sam.press("A lead waits for my team, or is asked of it")
        wait_for("and taken back", lambda: self.wanted(workspace, lambda wanted: "team" in wanted))
        sam.expected = (422, )

    @staticmethod
    def wanted(workspace, fits):
        members = workspace.ask("sam", "GET", "/v1/members?team=sales")["data"]
        wanted = next(one["notify"] for one in members if one["email"].startswith("sam"))
        return wanted if fits(wanted) else None

    def test_who_was_first(self):
        workspace = self.workspace()
        workspace.add_member("sam", "sue")
        workspace.lead("Kim")
        sam, sue = self.browser(workspace, "sam"), self.browser(workspace, "sue")
        for somebody in (sam, sue):
            somebody.press("Kim", ".queue a")
            somebody.named("Accept", ".pane button")
        sue.run("window.EventSource = null; window.fetch = ((ask) => (path, init) => init?.method === 'POST' ? new Promise((go) => { window.late = () => go(ask(path, init)); }) : ask(path, init))(window.fetch)")
        sue.press("Accept", ".pane button")
        sam.press("Accept", ".pane button")
        sam.see("Accepted", ".said")
        sue.expected = (409, )
        sue.run("window.late()")
        sue.see("somebody was first", ".said")
        sue.see("Accepted", ".pane")

    def test_an_agreement_is_written_here(self):
        """A form per criterion, with the service's sentence beside it, and its faults at their place."""
        workspace = self.workspace()
        ana = self.browser(workspace, "ana").go("agreement/mql/1")
        ana.press("Change it")
        ana.see("draft", "h1")
        ana.see("company.employees is at least 50", "main")
        value = next(e for e in ana.all("[data-field='/criteria/1/test/value'] input"))
        value.clear()
        value.send_keys("75")
        ana.see("company.employees is at least 75", "main")
        ana.see("Kept", "[role=status]")
        ana.expected = (400, 422)
        points = next(e for e in ana.all("[data-field='/criteria/1/points'] input"))
        points.clear()
        points.send_keys("many")
        wait_for("the fault is at its place", lambda: next((e.text for e in ana.all("[data-field='/criteria/1/points'] .fault") if e.is_displayed()), None))
        points.clear()
        points.send_keys("25")
        ana.see("25 points", "main")
        ana.see("Kept", "[role=status]")
        name = next(e for e in ana.all("[data-field='/criteria/1/test/attribute'] input"))
        name.clear()
        name.send_keys("company.people")
        ana.see("No lead has had company.people yet.", "[data-field='/criteria/1/test/attribute']")
        name.clear()
        name.send_keys("company.employees")
        ana.see("company.employees is at least 75", "main")
        ana.see("Kept", "[role=status]")
        ana.press("Done")
        ana.see("What is different from version 1")
        ana.see("75", "main")
        ana.press("Judge the past by it")
        ana.see("would have qualified")

    def test_a_proposal_is_argued_with_evidence(self):
        """What each threshold would let in, who changes sides and why, changes that are asked for, and a signature that names its evidence."""
        workspace = self.workspace()
        for employees in (20, 60, 80, 2000):
            workspace.lead("Lead%d" % employees, company="size%d.example" % employees, **{"company.employees": employees, "seniority": "vp"})
        document = workspace.ask("ana", "GET", "/v1/definitions/mql/versions/1")["document"]
        document["criteria"].append({"id": "large", "title": "Is very large", "kind": "fit", "required": True,
                                     "test": {"attribute": "company.employees", "op": "gte", "value": 1000}})
        workspace.ask("ana", "POST", "/v1/definitions/mql/versions", document)
        workspace.ask("ana", "POST", "/v1/definitions/mql/versions/2/propose", {})
        ana, sam = self.browser(workspace, "ana"), self.browser(workspace, "sam")
        ana.go("agreement/mql/2").see("Not yet by")
        ana.press("Judge the past by it")
        ana.see("would have qualified")
        ana.see("Who changes sides")
        ana.see("Is very large", "table")
        ana.see("a week")
        ana.press("Who", "summary")
        ana.see("without an answer", "details")
        self.assertEqual(ana.axe(), [])
        sam.go("agreement/mql/2")
        sam.press("I would sign it with changes.")
        sam.write("Your comment", "500 is large enough for us.")
        sam.press("Comment", "button")
        sam.see("asks for changes")
        workspace.ask("sam", "POST", "/v1/definitions/mql/versions/2/comments", {
            "text": "Like this.", "edits": [{"op": "replace", "path": "/criteria/large/test/value", "value": 500}]})
        ana.press("Sign")
        ana.see("My signature rests on the back-test", "dialog")
        ana.press("I have read it")
        ana.press("Sign", "dialog button.first")
        ana.see("on a back-test of this text")
        ana.press("Make a draft of it")
        ana.see("version 3", "h1")
        ana.see("at least 500", "main")

    def test_a_lead_is_added_worked_on_asked_for_and_erased(self):
        workspace = self.workspace()
        ana, sam = self.browser(workspace, "ana"), self.browser(workspace, "sam")
        ana.go("leads")
        ana.press("Add a lead")
        ana.write("Name", "Ines")
        ana.write("Email", "ines@big.example")
        ana.write("Employees", "900")
        ana.press("Add", "dialog button.first")
        ana.see("Ines", "h1")
        ana.see("900", "main")
        lead = ana.run("return location.hash.split('/')[2]")

        ana.press("Correct")
        ana.write("company.employees", "950")
        ana.press("Save", "dialog button.first")
        ana.see("950", "main")

        sam.go("lead/" + lead)
        sam.press("Ask for it")
        sam.write("Why you?", "Met her at the fair.")
        sam.press("Ask", "dialog button.first")
        sam.see("Asked: the team that has it answers.", ".said")
        handoff = workspace.ask("sam", "GET", "/v1/handoffs?lead_id=" + lead)["data"][0]
        ana.go("handoffs/" + handoff["id"])
        ana.see("Met her at the fair.", "main")
        ana.press("Grant")
        ana.press("Grant", "dialog button.first")
        ana.see("Granted.", ".said")
        sam.go("queue?show=accepted")
        sam.see("Ines", ".queue")

        sam.go("lead/" + lead)
        sam.press("Add what happened")
        sam.press("Add", "dialog button.first")
        sam.see("Added.", ".said")
        sam.see("Call", ".timeline")
        sam.press("Write down a fact")
        sam.write("Fact", "budget")
        sam.write("Value", "approved")
        sam.press("Save", "dialog button.first")
        sam.see("approved", "main")

        sam.press("Erase")
        sam.write("Write “erase”", "erase")
        sam.press("Erase", "dialog button.danger")
        sam.expected = ana.expected = (410, )  # the service says so, and the browser notes it
        sam.see("A lead that is not here")

    def test_leads_are_found_by_what_they_are_called(self):
        workspace = self.workspace()
        for n in range(60):
            workspace.ask("marketing", "POST", "/v1/leads", {"email": "k%d@many.example" % n, "attributes": {"name": "Kim Many%d" % n}})
        workspace.ask("marketing", "POST", "/v1/leads", {"external_ids": [{"source": "hubspot", "id": "AB-51"}], "attributes": {
            "name": "Jürgen Müller-Lüdenscheidt", "company.name": "Kite Werke"}})
        sam = self.browser(workspace, "sam").go("leads")
        for text in ("muller-lüd", "kite jurg", "hubspot:AB-51", "ab-5"):
            sam.write("Name, company, email or id", text)
            sam.press("Find")
            sam.see("Jürgen", "table")
            self.assertEqual(len(sam.all("tbody tr")), 1, text)
        sam.write("Name, company, email or id", "kim nobody")
        sam.press("Find")
        sam.see("No lead is like that.")
        sam.write("Name, company, email or id", "kim")
        sam.press("Find")
        wait_for("a page of them", lambda: len(sam.all("tbody tr")) == 50)
        sam.press("Show more")
        wait_for("all of them", lambda: len(sam.all("tbody tr")) == 60)

    def test_a_card_says_what_to_do_next(self):
        workspace = self.workspace()
        for who in ("ana", "sam"):
            workspace.ask(who, "PUT", "/v1/stages/mql", {"wording": {"title": "Promising", "meaning": "Somebody to call."}})
        workspace.ask("sam", "PUT", "/v1/stages/mql", {"guide": {
            "next": "Call within the hour.", "tactics": ["Ask <b>why</b> now."], "links": [{"title": "Script", "url": "https://wiki.acme.example/call"}]}})
        workspace.ask("ana", "PUT", "/v1/campaigns/autumn", {"title": "Autumn webinar", "promised": "A demonstration", "talking_points": ["They saw reporting."]})
        made = workspace.ask("marketing", "POST", "/v1/leads", {
            "email": "kim@kite.example", "attributes": {"name": "Kim", **FITS}, "touch": {"kind": "form_submitted", "campaign": "autumn"}})
        sam = self.browser(workspace, "sam")
        sam.go("handoffs/" + made["handoff"]["id"])
        sam.see("Call within the hour.", "main")
        sam.see("Ask <b>why</b> now.", "main")
        sam.see("Promising", "main .tags")
        sam.see("A demonstration", "main")
        sam.see("They saw reporting.", "main")

    def test_words_are_proposed_and_confirmed(self):
        workspace = self.workspace()
        ana, sam = self.browser(workspace, "ana").go("words"), self.browser(workspace, "sam")
        ana.press("Propose other words", "#mql button")
        ana.write("What we call it", "Promising")
        ana.write("What it means here", "Somebody to call.")
        ana.press("Propose", "dialog button.first")
        ana.see("Your side proposes: Promising", "#mql")
        sam.go("words")
        sam.press("Confirm", "#mql button")
        sam.see("Agreed: that is what it is called now.", ".said")
        sam.see("As both sides agreed.", "#mql")
        sam.press("Write our guide", "#mql button")
        sam.write("What to do next", "Call within the hour.")
        sam.write("Content that helps", "Script | https://wiki.acme.example/call")
        sam.press("Save", "dialog button.first")
        sam.see("What sales does", "#mql")
        workspace.lead("Kim")
        sam.go("leads")
        sam.see("Promising", "table")
        words = next(one for one in workspace.ask("ana", "GET", "/v1/glossary")["stages"] if one["stage"] == "mql")
        self.assertEqual((words["title"], words["agreed"], words["guides"]["sales"]["links"][0]["title"]), ("Promising", True, "Script"))

    def test_a_campaign_is_kept(self):
        workspace = self.workspace()
        ana, sam = self.browser(workspace, "ana").go("campaigns"), self.browser(workspace, "sam")
        ana.expected = (404, 400, 422)  # it has no record yet, and a fault
        ana.press("Add a campaign")
        ana.write("Its name in addresses", "autumn")
        ana.press("Go on", "dialog button.first")
        ana.see("Talking points")
        ana.write("Title", "Autumn webinar")
        ana.write("Talking points", "They saw reporting.")
        ana.write("Budget", "1,000.00")
        ana.write("Spent", "2026-11-01 much")
        ana.press("Save", "main button")
        wait_for("the fault is at its place", lambda: next((e.text for e in ana.all("[data-field='/spend'] .fault") if e.is_displayed()), None))
        ana.write("Spent", "2026-11-01 120.50\n2026-11-02 30")
        ana.press("Save", "main button")
        ana.see("150.50", "main")
        sam.go("campaigns/autumn")
        sam.see("They saw reporting.", "main")
        record = workspace.ask("ana", "GET", "/v1/campaigns/autumn")["record"]
        self.assertEqual((record["budget"], record["spend"][1]), ({"minor": 100000, "currency": "EUR"}, {"day": "2026-11-02", "minor": 3000}))

    def test_accounts_are_named_and_owned(self):
        workspace = self.workspace()
        ana, sam = self.browser(workspace, "ana").go("accounts"), self.browser(workspace, "sam")
        ana.press("Add an account")
        ana.write("The company", "kite.example")
        ana.press("Add", "dialog button.first")
        ana.see("Named by marketing", "table")
        sam.go("accounts")
        sam.press("Confirm", "table button")
        sam.see("Named by both", "table")
        sam.press("Who has it", "table button")
        sam.choose("Team", "sales")
        sam.press("Save", "dialog button.first")
        sam.see("Sales", "tbody")
        sam.go("accounts?named=true")
        sam.see("kite.example", "table")

    def test_routes_and_goals_are_forms(self):
        """Faults stand at their place, and what is signed shows its pace."""
        workspace = self.workspace()
        ana = self.browser(workspace, "ana").go("agreements")
        ana.expected = (400, 422)
        ana.press("Write a new version")
        ana.choose("Of", "routes")
        ana.press("Begin", "dialog button.first")
        ana.see("Routes, tried in this order", "main")
        ana.choose("For", "some")
        ana.write("Attribute", "company.country")
        ana.write("Value", "DE")
        ana.see("Kept", "[role=status]")
        remind = ana.one("[data-field='/routes/0/overdue/remind_at_percent'] input")
        remind.send_keys("many")
        wait_for("the fault is at its place", lambda: next((e.text for e in ana.all("[data-field='/routes/0/overdue/remind_at_percent'] .fault") if e.is_displayed()), None))
        remind.clear()
        remind.send_keys("50, 90")
        ana.see("Kept", "[role=status]")
        ana.press("Done")
        ana.see("company.country", "main")
        route = workspace.ask("ana", "GET", "/v1/routes/versions/2")["document"]["routes"][0]
        self.assertEqual((route["when"], route["overdue"]), ({"attribute": "company.country", "op": "eq", "value": "DE"}, {"remind_at_percent": [50, 90]}))

        workspace.lead("Ines", company="ines.example")
        ana.write("Lead", "ines")
        ana.press("Try it")
        ana.see("It has an open handoff already.", "main")
        ana.see("The route is not for this lead", "main")

        ana.go("agreements")
        ana.press("Write a new version")
        ana.choose("Of", "goals")
        ana.press("Begin", "dialog button.first")
        ana.see("What each side promises", "main")
        target = ana.one("[data-field='/goals/0/target'] input")
        target.clear()
        target.send_keys("some")
        wait_for("the fault is at its place", lambda: next((e.text for e in ana.all("[data-field='/goals/0/target'] .fault") if e.is_displayed()), None))
        target.clear()
        target.send_keys("10")
        ana.see("Kept", "[role=status]")
        ana.press("Done")
        ana.see("A draft has no hash", "main")
        proposed = workspace.ask("ana", "POST", "/v1/goals/versions/1/propose", {})
        for who in ("ana", "sam"):
            workspace.ask(who, "POST", "/v1/goals/versions/1/sign", {"content_hash": proposed["content_hash"]})
        for name in ("Kim", "Lee"):
            workspace.ask("sam", "POST", "/v1/handoffs/%s/accept" % workspace.lead(name)["handoff"]["id"])
        ana.go("scoreboard")
        ana.see("Marketing: 10 handoffs that sales accepts", "main")
        ana.see("of the time is over", "main")
        ana.press("2", ".card a.number")
        ana.see("Kim", "table")
        ana.go("scoreboard")
        ana.press("A link to exactly this", "main a")
        ana.see("As it stood", "main")

    def test_the_queue_by_score(self):
        workspace = self.workspace()
        workspace.lead("Low", **{"company.employees": 120})
        workspace.lead("High", source="linkedin", **{"company.employees": 4000, "seniority": "c_level"})
        workspace.lead("Mid", **{"company.employees": 130})
        sam = self.browser(workspace, "sam").go("queue")
        sam.see("Mid", ".queue")
        names = lambda: sam.run("return [...document.querySelectorAll('.queue strong')].map((e) => e.innerText)")
        by_score = [item["lead"]["attributes"]["name"] for item in workspace.ask("sam", "GET", "/v1/handoffs?order=score&with=lead&team=sales")["data"]]
        sam.run("const e = document.querySelector('select[aria-label=Order]'); e.value = 'score'; e.dispatchEvent(new Event('change'))")
        wait_for("the highest score is first", lambda: names() == by_score)
        sam.press("Claim the next")
        sam.see(by_score[0] + " is yours", ".said")

    def test_marketing_disputes_and_sales_answers(self):
        workspace = self.workspace()
        made = workspace.lead("Kim")["handoff"]["id"]
        workspace.ask("sam", "POST", "/v1/handoffs/%s/reject" % made, {"reason": "too_small", "note": "Thirty, she said."})
        ana, sam = self.browser(workspace, "ana").go("sent?show=rejected"), self.browser(workspace, "sam")
        ana.press("Dispute")
        ana.write("What speaks for it?", "The form said 120.")
        ana.press("Dispute", "dialog button.first")
        ana.see("Disputed: the other side answers.", ".said")
        sam.go("handoffs/" + made)
        sam.press("Uphold")
        sam.press("Uphold", "dialog button.first")
        sam.see("Upheld.", ".said")
        ana.see("Upheld", "table")

    def test_a_team_is_set_up(self):
        workspace = self.workspace()
        sam = self.browser(workspace, "sam").go("setup?show=members")
        sam.press("Add a member")
        sam.write("Name", "Sue")
        sam.write("Email", "sue@acme.example")
        sam.press("Add", "dialog button.first")
        sam.see("Sue", "table")
        sam.expected = (404, )  # neither a distribution nor a calendar is there yet
        sam.go("setup?show=teams")
        sam.press("Who gets what")
        sam.choose("Offers go", "weighted")
        sam.press("Sue", "dialog label")  # all are in it: she goes out
        sam.press("Save", "dialog button.first")
        sam.see("Kept.", ".said")
        sam.dialog_closes()
        sam.press("When it works")
        sam.write("Time zone", "Europe/Berlin")
        sam.press("Save", "dialog button.first")
        sam.dialog_closes()
        workspace.lead("Kim")
        sam.go("queue")
        sam.see("With you", ".queue")

    def test_a_source_is_connected_and_what_it_sent_is_seen(self):
        workspace = self.workspace()
        ana = self.browser(workspace, "ana").go("flow")
        ana.press("Connect a source", "main a")
        ana.press("A form of your own", "main a")
        ana.expected = (400, 422)
        ana.write("Name", "Website forms")
        ana.press("Connect", "main button")
        wait_for("the fault is at its place", lambda: next((e.text for e in ana.all("[data-field='/name'] .fault") if e.is_displayed()), None))
        ana.write("Name", "website-forms")
        ana.press("Connect", "main button")
        ana.see("/v1/inbound/", "main")
        source = workspace.ask("ana", "GET", "/v1/sources")["data"][0]["id"]
        workspace.ask("marketing", "POST", "/v1/inbound/" + source, {
            "contact": {"mail": "kim@kite.example"}, "answers": [{"ref": "size", "value": "120"}, {"ref": "role", "value": "vp"}], "name": "Kim"})
        ana.go("flow?show=deliveries")
        ana.see("Failed", "table")
        ana.press("", "table button")
        ana.see("kim@kite.example", "dialog pre")
        ana.press("Try another mapping on it", "dialog a")
        ana.dialog_closes()

        # a click on a value says what it is; what would come of it stands beside
        ana.see("Failed", ".sides .card")
        ana.press('"kim@kite.example"', ".tree button")
        ana.press("Take it")
        ana.see("kim@kite.example", ".sides .card")
        ana.press('"120"', ".tree button")
        ana.choose('"120" is', "attributes.company.employees")
        ana.press("Take it")
        ana.see("120", ".sides .card")
        self.assertEqual(workspace.ask("ana", "GET", "/v1/leads")["data"], [], "nothing is changed by trying")
        ana.press("Keep this mapping")
        ana.see("Kept", ".said")
        mapping = workspace.ask("ana", "GET", "/v1/sources")["data"][0]["mapping"]
        self.assertEqual(mapping["email"], "/contact/mail")
        self.assertEqual(mapping["attributes"]["company.employees"], {"at": "/answers", "where": {"/ref": "size"}, "take": "/value", "type": "number"})
        ana.go("flow?show=deliveries")
        ana.press("", "table button")
        ana.press("Replay it")
        ana.see("It was applied.", ".said")
        self.assertEqual(workspace.ask("ana", "GET", "/v1/leads?email=kim@kite.example")["data"][0]["attributes"]["company.employees"], 120)

    def test_a_known_sender_says_what_to_paste_where(self):
        workspace = self.workspace()
        ana = self.browser(workspace, "ana").go("connect/typeform")
        ana.see("What you will do there")
        ana.press("Connect", "main button")
        ana.see("typeform is connected", "h1")
        address = "/v1/inbound/" + workspace.ask("ana", "GET", "/v1/sources")["data"][0]["id"]
        ana.see(address, ".steps")
        secret = wait_for("its secret", lambda: ana.run("return [...document.querySelectorAll('main strong')].find((e) => e.innerText.startsWith('Its secret'))?.nextElementSibling.innerText"))
        ana.see("the secret " + secret, ".steps")

    def test_events_go_somewhere(self):
        workspace = self.workspace()
        ana = self.browser(workspace, "ana").go("flow?show=out")
        ana.press("Send events somewhere")
        ana.write("Name", "crm")
        ana.write("Address", "https://crm.example.com/baton")
        ana.press("Send", "dialog button.first")
        ana.see("whsec_", "dialog")
        ana.press("I have it")
        ana.see("https://crm.example.com/baton", "main")
        ana.press("Pause")
        ana.see("Paused", "main")
        ana.press("What was sent last")
        ana.see("Nothing was sent to it yet.")

    def test_events_go_to_a_chat(self):
        workspace = self.workspace()
        ana = self.browser(workspace, "ana").go("flow?show=out")
        ana.press("Send events somewhere")
        ana.choose("To", "slack")
        ana.see("incoming webhook", "dialog")
        ana.write("Path", "T0/B0/secret")
        ana.press("Send", "dialog button.first")
        ana.see("hooks.slack.com", "main")

    def test_leads_from_a_file(self):
        workspace = self.workspace()
        workspace.lead("Ada", company="ada.example", **{"shoe_size": 38})
        file = self.service.folder / "leads.csv"
        file.write_text("Email;Name;Employees;Seniority;Shoe size;Lead source\nkim@kite.example;Kim;120;vp;41;google\nnot an address;Lee;5;=1+1;39;bing\n", "utf-8")
        ana = self.browser(workspace, "ana").go("flow?show=import")
        ana.one("input[type=file]").send_keys(str(file))
        ana.see("Attribute company.employees")
        chosen = ana.run("return [...document.querySelectorAll('tbody select')].map((e) => e.value)")
        self.assertEqual(chosen, ["email", "name", "company.employees", "seniority", "shoe_size", "touch.source"])
        ana.press("Try it", "main button")
        ana.see("It would add 1 lead")
        ana.see("This is not an email address", "main")
        self.assertEqual(workspace.ask("ana", "GET", "/v1/leads?email=kim@kite.example")["data"], [], "a try keeps nothing")
        ana.press("Import", "form button.first")
        ana.see("1 lead added")
        ana.see("1 row was refused")
        ana.see("Imported", "main")
        ana.run("URL.createObjectURL = (blob) => { window.made = blob; return '#'; }; HTMLAnchorElement.prototype.click = function () { window.made.text().then((text) => { window.saved = [this.download, text]; }); }")
        ana.press("The refused rows")
        name, text = wait_for("they are saved", lambda: ana.run("return window.saved"))
        self.assertEqual(name, "refused-leads.csv")
        self.assertIn("not an address", text)
        self.assertIn("why", text)
        lead = workspace.ask("ana", "GET", "/v1/leads?email=kim@kite.example")["data"][0]
        self.assertEqual((lead["attributes"]["company.employees"], lead["attributes"]["shoe_size"]), (120, 41))
        ana.go("flow?show=import")  # the address holds the file
        ana.press("leads.csv", "table a")
        ana.see("Tried", "main")

    def test_an_export_is_recognised(self):
        workspace = self.workspace()
        file = self.service.folder / "hubspot.csv"
        file.write_text("Record ID,First Name,Last Name,Email,Lifecycle Stage,Create Date\n51,Kim,Lee,kim@kite.example,Customer,2025-03-01 10:00\n", "utf-8")
        ana = self.browser(workspace, "ana").go("flow?show=import")
        ana.one("input[type=file]").send_keys(str(file))
        ana.see("The export that it is: Hubspot contacts")
        ana.press("Import", "form button.first")
        ana.see("1 lead added")
        lead = workspace.ask("ana", "GET", "/v1/leads?external_id=hubspot:51")["data"][0]
        self.assertEqual(lead["claimed_stage"], "customer")


class Looks(WebTest):
    def screens(self, workspace):
        lead = workspace.ask("ana", "GET", "/v1/leads?stage=mql")["data"][0]
        handoff = workspace.ask("sam", "GET", "/v1/handoffs?state=offered")["data"][0]
        common = ["leads", "lead/" + lead["id"], "agreements", "agreement/mql/1", "scoreboard", "attribution?milestone=mql", "flow", "flow?show=deliveries",
                  "flow?show=import", "flow?show=import&file=" + self.file, "flow?show=out", "connect", "connect/typeform", "source/" + self.source,
                  "words", "campaigns", "campaigns/autumn", "accounts", "agreement/routes/2", "agreement/routes/2/edit", "agreement/goals/2/edit", "setup", "setup?show=teams", "setup?show=members", "setup?show=keys", "account", "first"]
        return {"sam": ["queue", "queue?show=accepted", "queue/" + handoff["id"], "handoffs/" + handoff["id"]] + common,
                "ana": ["sent", "sent?show=rejected"] + common}

    def furnished(self):
        """Long names, right to left, emoji, and one whose every field wants to be a script or a formula."""
        workspace = self.workspace()
        workspace.lead("Kim")
        workspace.lead("Wolfeschlegelsteinhausenbergerdorff-Anne-Marie-von-und-zu-Irgendwo", company="wolfeschlegelsteinhausenbergerdorff-international.example")
        workspace.lead("ليلى", company="layla.example")
        workspace.lead("Ada \U0001f469\u200d\U0001f680\U0001f1f3\U0001f1f1", company="ada.example")
        rejected = workspace.lead("Ida")["handoff"]["id"]
        workspace.ask("sam", "POST", "/v1/handoffs/%s/reject" % rejected, {"reason": "too_small", "note": "Thirty, she said.", "corrections": {"company.employees": 30}})
        accepted = workspace.lead("Lea", source="linkedin")["handoff"]["id"]
        workspace.ask("sam", "POST", "/v1/handoffs/%s/accept" % accepted)
        made = workspace.ask("ana", "POST", "/v1/sources", {"name": "website-forms", "team": "marketing", "mapping": {"email": "/email", "attributes": {"name": "/name"}}})
        self.source = made["source"]["id"]
        workspace.ask("marketing", "POST", "/v1/inbound/" + self.source, {"email": "kim@kite.example", "name": "<img src=x onerror=alert(1)>", "answers": [{"ref": "size", "value": 120}]})
        workspace.ask("ana", "PUT", "/v1/campaigns/autumn", {"title": "Autumn \U0001f342 webinar", "talking_points": ["They saw reporting."], "budget": {"minor": 100000, "currency": "EUR"}, "spend": [{"day": "2026-11-01", "minor": 12050}]})
        workspace.ask("ana", "PUT", "/v1/accounts/wolfeschlegelsteinhausenbergerdorff-international.example", {"named": True})
        workspace.ask("sam", "PUT", "/v1/accounts/kite.example", {"owner": {"team": "sales", "member": "sam@acme.example"}, "named": True})
        workspace.ask("sam", "PUT", "/v1/stages/sal", {"wording": {"title": "مقبول", "meaning": "Sales has it."}})
        goals = {"goals": [{"side": "marketing", "measure": "accepted_handoffs", "period": "month", "target": 50}, {"side": "sales", "measure": "won", "period": "quarter", "target": 5000000, "currency": "EUR"}]}
        workspace.ask("ana", "POST", "/v1/goals/versions", goals)
        workspace.ask("ana", "POST", "/v1/goals/versions", goals)
        proposed = workspace.ask("ana", "POST", "/v1/goals/versions/1/propose", {})
        for who in ("ana", "sam"):
            workspace.ask(who, "POST", "/v1/goals/versions/1/sign", {"content_hash": proposed["content_hash"]})
        workspace.ask("ana", "POST", "/v1/routes/versions", workspace.ask("ana", "GET", "/v1/routes/versions/1")["document"])
        self.file = workspace.upload("ana", "leads.csv", "Email,Name,Employees\nlea@lea.example,ليلى,12\n")["id"]
        return workspace

    def test_axe_finds_nothing_and_nothing_is_cut_off(self):
        workspace = self.furnished()
        found = {}  # what is wrong: where it was seen first
        for who, screens in self.screens(workspace).items():
            browser = self.browser(workspace, who)
            for width, height in SIZES:
                for dark in (False, True):
                    browser.size(width, height, dark)
                    for screen in screens:
                        browser.go(screen)
                        name = "%s-%s-%d-%s" % (who, (screen.split("?")[0].split("/")[0] + screen.partition("show=")[2]).partition("&")[0], width, "dark" if dark else "light")
                        browser.picture(name)
                        wide = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                        if wide > 0:
                            found.setdefault("%s, %d: wider than the window" % (screen, width), name)
                        if (width, dark) in ((1440, False), (1440, True), (390, False)):
                            for one in browser.axe():
                                found.setdefault(one, name)
        self.assertEqual(found, {})

    def test_dialogs_are_sound_too(self):
        workspace = self.furnished()
        sam = self.browser(workspace, "sam").go("queue")
        found = []
        sam.press("Kim", ".queue a")
        for name in ("Reject", "Assign"):
            sam.press(name, ".pane button")
            sam.one("dialog[open]")
            found += ["%s: %s" % (name, one) for one in sam.axe()]
            sam.press("Cancel")
            sam.dialog_closes()
        sam.go("leads")
        sam.press("Add a lead")
        sam.one("dialog[open]")
        found += ["add: %s" % one for one in sam.axe()]
        sam.press("Cancel")
        self.assertEqual(found, [])

    def test_sign_in_is_sound(self):
        browser = self.browser()
        browser.driver.get(self.service.url)
        browser.see("Your key")
        self.assertEqual(browser.axe(), [])
        browser.picture("signin")


@unittest.skipUnless(os.environ.get("BATON_WEB_DOCS"), "script/test-web --pictures makes the pictures of docs/")
class Pictures(Looks):
    """What docs/ shows of the page, as it is."""

    test_axe_finds_nothing_and_nothing_is_cut_off = test_dialogs_are_sound_too = test_sign_in_is_sound = None

    def test_pictures_of_docs(self):
        workspace = self.furnished()
        sam, ana = self.browser(workspace, "sam", width=1200, height=720), self.browser(workspace, "ana", width=1200, height=720)
        sam.press("Kim", ".queue a")
        sam.see("Why it is here", ".pane")
        for browser, screen, name in ((sam, None, "queue"), (ana, "agreement/mql/1", "agreement"), (ana, "scoreboard", "scoreboard")):
            if screen:
                browser.go(screen)
            folder = ROOT / "docs" / "pictures"
            folder.mkdir(exist_ok=True)
            shutil.copy(browser.picture("docs-" + name), folder / (name + ".png"))


class Speed(WebTest):
    WAITING = 10000
    PAINT_MS = 300
    TRANSFER_BYTES = 150 << 10

    def test_ten_thousand_wait(self):
        workspace = self.workspace()
        for n in range(0, self.WAITING, 1000):
            leads = [{"email": "kim%d@kite%d.example" % (i, i), "attributes": {"name": "Kim %d" % i, "company.employees": 120, "seniority": "vp"},
                      "touch": {"kind": "form_submitted", "source": "google"}} for i in range(n, n + 1000)]
            workspace.ask("marketing", "POST", "/v1/leads/batch", {"leads": leads})
        sam = self.browser(workspace, "sam")
        sam.see("Kim", ".queue")
        paints = []
        while len(paints) < 20 and (len(paints) < 5 or min(paints) > self.PAINT_MS):  # other programs run here too
            sam.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
            sam.driver.get("about:blank")
            sam.driver.get(self.service.url + "/#/queue")
            sam.see("Kim", ".queue")
            paints.append(sam.run("return performance.getEntriesByName('queue shown')[0].startTime"))
            time.sleep(0.2)
        transferred = sam.run("return performance.getEntries().filter((e) => 'transferSize' in e).reduce((sum, e) => sum + e.transferSize, 0)")
        print("first rows of %d after %s ms; %d KiB" % (self.WAITING, " ".join("%.0f" % one for one in sorted(paints)), transferred // 1024))
        self.assertLessEqual(transferred, self.TRANSFER_BYTES)
        self.assertLessEqual(min(paints), self.PAINT_MS)
