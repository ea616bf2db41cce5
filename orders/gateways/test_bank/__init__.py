"""The test provider: a bank of our own that moves no money, with a ledger, a page and signed webhooks.

It stands where a real provider would: the shop knows it through its gateway and its webhooks only, and its
ledger is a file of its own, so that both sides can be compared.
"""
