"""What carts and orders can go through, as steps that hypothesis puts in any order."""
