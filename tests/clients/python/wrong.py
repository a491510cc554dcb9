"""Uses of the shop's client that are mistakes: pyright finds each, at the line that says so, and no other."""

from shop_api import Client, gte

api = Client("https://shop.example.org")

api.products.list(where={"prize": 5})  # wrong: no such field
api.products.list(where={"active": gte("yes")})  # wrong: not a text
api.products.list(order="-weight")  # wrong: no such field
api.orders.list(where={"status": "lost"})  # wrong: none of its values
api.products.create({"name": "Tea"})  # wrong: what has to be given isn't
api.products.update("seven", {"name": "Tea"})  # wrong: the key is a number
api.orders.update(7, {"staus": "placed"})  # wrong: no such field
api.orders.place("seven")  # wrong: the key is a number
api.orders.publish(7)  # wrong: no such action
api.rpc.best_sellers({"limit": 3})  # wrong: `since` has to be given
api.auth.sign_in({"email": "ada@example.org"})  # wrong: `password` has to be given
api.orders.get(7)["wheight"]  # wrong: no such field
api.warehouses.list()  # wrong: no such collection
