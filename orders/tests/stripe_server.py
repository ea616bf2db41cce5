"""A stand-in that speaks as much of Stripe's HTTP as the shop uses, with books of its own, on loopback."""

import json
import re
import threading
import time
from itertools import count
from urllib.parse import parse_qs, urlsplit

from orders.gateways import signatures
from tests.loopback import LoopbackServer


class Refusal(Exception):
    """An answer of 400."""


class StripeServer(LoopbackServer):
    """Sessions, payments and refunds in memory. ``faults`` go wrong one call after the other.

    A fault is ``hang`` (no answer, nothing done), ``lose`` (done, and the line breaks), a status like 500, or
    the seconds that an answer takes, like 0.5.
    """

    secret = "whsec_test"  # noqa: S105

    def __init__(self):
        super().__init__()
        self.sessions, self.intents, self.refunds = {}, {}, {}
        self.answers, self.faults, self.calls = {}, [], []
        self._numbers, self._lock = count(1), threading.RLock()

    def post(self, request, body):
        self.serve(request, body.decode())

    def get(self, request):
        self.serve(request, urlsplit(request.path).query)

    # What customers do on Stripe's page, and what Stripe then sends

    def pay(self, session_id):
        """Let the customer pay; return the webhook."""
        with self._lock:
            session = self.sessions[session_id]
            intent = self._intent(session)
            intent |= {"status": "succeeded", "amount_received": session["amount_total"]}
            session |= {"status": "complete", "payment_status": "paid"}
            return self.event("checkout.session.completed", session | {"payment_intent": intent["id"]})

    def authorize(self, session_id):
        with self._lock:
            session = self.sessions[session_id]
            intent = self._intent(session)
            intent |= {"status": "requires_capture", "amount_capturable": session["amount_total"]}
            session["status"] = "complete"

    def decline(self, session_id):
        with self._lock:
            intent = self._intent(self.sessions[session_id])
            error = {"charge": f"ch_{next(self._numbers)}", "message": "Your card was declined."}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            return self.event("payment_intent.payment_failed", intent)

    def expire(self, session_id):
        self.sessions[session_id]["status"] = "expired"

    def event(self, kind, what):
        """Return an event as Stripe sends it: body and headers."""
        event = {"id": f"evt_{next(self._numbers)}", "type": kind, "data": {"object": what}}
        body = json.dumps(event).encode()
        header = signatures.sign(body, secret=self.secret, at=int(time.time()))
        return {"body": body, "headers": {"Stripe-Signature": header}}

    def taken(self):
        """Return what was captured and refunded, in hundredths."""
        captured = sum(intent["amount_received"] for intent in self.intents.values())
        return captured, sum(refund["amount"] for refund in self.refunds.values())

    # Its interface

    def serve(self, request, text):
        given = {name: values[-1] for name, values in parse_qs(text).items()}
        path = urlsplit(request.path).path
        with self._lock:
            self.calls.append(f"{request.command} {path}")
            fault = self.faults.pop(0) if self.faults else None
        if fault == "hang":
            self.is_over.wait(20)
            return
        if isinstance(fault, float):
            self.is_over.wait(fault)
        if isinstance(fault, int):
            self._send(request, fault, {"error": {"type": "api_error", "message": "broken"}})
            return
        status, answer = self._answer(request, path, given)
        if fault == "lose":
            request.close_connection = True
            request.connection.close()
            return
        self._send(request, status, answer)

    def _answer(self, request, path, given):
        key = request.headers.get("Idempotency-Key")
        with self._lock:
            if key and key in self.answers:
                asked, answer = self.answers[key]
                if asked != (path, given):
                    return 400, {"error": {"type": "idempotency_error", "message": "key used before"}}
                return answer
            try:
                answer = 200, self._do(request.command, path, given)
            except Refusal as refusal:
                answer = 400, {"error": {"type": "invalid_request_error", "message": str(refusal)}}
            if key:
                self.answers[key] = ((path, given), answer)
            return answer

    def _do(self, verb, path, given):
        match [verb, *path.strip("/").split("/")[1:]]:
            case ["POST", "checkout", "sessions"]:
                return self._open(given)
            case ["GET", "checkout", "sessions", pk]:
                session = self.sessions[pk]
                return session | {"payment_intent": self.intents.get(session["payment_intent"])}
            case ["POST", "checkout", "sessions", pk, "expire"]:
                if self.sessions[pk]["status"] != "open":
                    raise Refusal("not open")
                self.expire(pk)
                return self.sessions[pk]
            case ["POST", "payment_intents", pk, "capture"]:
                intent = self.intents[pk]
                if intent["status"] != "requires_capture":
                    raise Refusal("nothing to capture")
                intent |= {"status": "succeeded", "amount_received": intent["amount_capturable"]}
                return intent
            case ["GET", "payment_intents"]:
                return self._list(self.intents.values())
            case ["POST", "refunds"]:
                return self._give_back(given)
            case ["GET", "refunds"]:
                of = given.get("payment_intent")
                return self._list(row for row in self.refunds.values() if of in {None, row["payment_intent"]})
        raise Refusal(f"{verb} {path}")

    def _open(self, given):
        pk = f"cs_{next(self._numbers)}"
        self.sessions[pk] = {
            "id": pk,
            "object": "checkout.session",
            "url": f"https://checkout.stripe.com/c/pay/{pk}",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "amount_total": int(given["line_items[0][price_data][unit_amount]"]),
            "metadata": self._metadata(given, ""),
        }
        return self.sessions[pk]

    def _intent(self, session):
        if session["payment_intent"] is None:
            pk = session["payment_intent"] = f"pi_{next(self._numbers)}"
            self.intents[pk] = {
                "id": pk,
                "object": "payment_intent",
                "status": "requires_payment_method",
                "amount_received": 0,
                "amount_capturable": 0,
                "last_payment_error": None,
                "metadata": session["metadata"],
            }
        return self.intents[session["payment_intent"]]

    def _give_back(self, given):
        intent, amount = self.intents[given["payment_intent"]], int(given["amount"])
        before = sum(row["amount"] for row in self.refunds.values() if row["payment_intent"] == intent["id"])
        if before + amount > intent["amount_received"]:
            raise Refusal("more than is left")
        pk = f"re_{next(self._numbers)}"
        self.refunds[pk] = {
            "id": pk,
            "object": "refund",
            "amount": amount,
            "status": "succeeded",
            "payment_intent": intent["id"],
            "metadata": self._metadata(given, ""),
        }
        return self.refunds[pk]

    def _metadata(self, given, before):
        found = (re.fullmatch(rf"{before}metadata\[(.+)\]", name) for name in given)
        return {match[1]: given[match[0]] for match in found if match}

    def _list(self, rows):
        return {"object": "list", "url": "/", "has_more": False, "data": list(rows)}

    def _send(self, request, status, answer):
        body = json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)
