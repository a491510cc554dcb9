"""The words that the demo's rows are made of."""

SHELVES = {
    "Kitchen": ("Pots and pans", "Knives", "Baking", "Storage jars"),
    "Table": ("Plates and bowls", "Glasses", "Table linen"),
    "Home": ("Lamps", "Blankets", "Baskets", "Candles"),
    "Garden": ("Hand tools", "Planters", "Seeds"),
    "Desk": ("Notebooks", "Pens", "Desk tidies"),
}
"""Categories, and those inside each."""

THINGS = {
    # things of a category, and what one costs at least and at most, in whole units
    "Pots and pans": (("Casserole", "Frying pan", "Saucepan", "Stockpot", "Griddle"), 24, 160),
    "Knives": (("Chef's knife", "Bread knife", "Paring knife", "Cleaver", "Sharpening stone"), 12, 140),
    "Baking": (("Loaf tin", "Cake ring", "Rolling pin", "Mixing bowl", "Proving basket"), 6, 45),
    "Storage jars": (("Preserving jar", "Tea caddy", "Flour bin", "Spice tin"), 4, 38),
    "Plates and bowls": (("Dinner plate", "Soup bowl", "Serving dish", "Side plate"), 5, 48),
    "Glasses": (("Water glass", "Wine glass", "Carafe", "Tumbler"), 4, 42),
    "Table linen": (("Tablecloth", "Napkin set", "Tea towel", "Table runner"), 7, 75),
    "Lamps": (("Table lamp", "Reading lamp", "Pendant lamp", "Lantern"), 28, 260),
    "Blankets": (("Throw", "Picnic blanket", "Bedspread"), 32, 190),
    "Baskets": (("Laundry basket", "Log basket", "Bread basket", "Shopping basket"), 9, 85),
    "Candles": (("Pillar candle", "Taper candles", "Candlestick"), 3, 36),
    "Hand tools": (("Trowel", "Hand fork", "Secateurs", "Dibber", "Hoe"), 8, 68),
    "Planters": (("Flowerpot", "Window box", "Hanging planter", "Watering can"), 6, 90),
    "Seeds": (("Tomato seeds", "Sweet pea seeds", "Salad seeds", "Sunflower seeds", "Basil seeds"), 2, 6),
    "Notebooks": (("Notebook", "Sketchbook", "Diary", "Ledger"), 4, 34),
    "Pens": (("Fountain pen", "Pencil set", "Ink bottle", "Brush pen"), 3, 120),
    "Desk tidies": (("Letter tray", "Pen pot", "Bookend", "Desk mat"), 8, 64),
}

KINDS = {
    "Pots and pans": ("Cast iron", "Copper", "Steel", "Enamel"),
    "Knives": ("Carbon steel", "Damask", "Olive wood", "Ash"),
    "Baking": ("Beech", "Tin", "Stoneware", "Cane"),
    "Storage jars": ("Glass", "Enamel", "Stoneware", "Cork-lidded"),
    "Plates and bowls": ("Stoneware", "Porcelain", "Enamel", "Slate"),
    "Glasses": ("Recycled", "Cut", "Ribbed", "Plain"),
    "Table linen": ("Linen", "Striped cotton", "Waffle", "Washed linen"),
    "Lamps": ("Brass", "Rattan", "Ceramic", "Blackened steel"),
    "Blankets": ("Lambswool", "Cotton", "Alpaca", "Recycled wool"),
    "Baskets": ("Willow", "Seagrass", "Rattan", "Felt"),
    "Candles": ("Beeswax", "Rapeseed", "Brass", "Ivory"),
    "Hand tools": ("Forged", "Copper", "Ash-handled", "Stainless"),
    "Planters": ("Terracotta", "Zinc", "Glazed", "Larch"),
    "Seeds": ("Heirloom", "Organic", "Dwarf", "Early"),
    "Notebooks": ("Clothbound", "Ruled", "Dotted", "Pocket"),
    "Pens": ("Brass", "Resin", "Cedar", "Black"),
    "Desk tidies": ("Oak", "Cork", "Brass", "Felt"),
}

SIZES = ("small", "medium", "large")
COLOURS = ("white", "moss", "ochre", "slate blue", "charcoal", "rust")
TAGS = ("handmade", "recycled", "gift", "bestseller", "outdoor", "dishwasher-safe", "fair-trade", "new")

GIVEN = (
    "Ada", "Amara", "Aiko", "Anders", "Beatriz", "Björn", "Chidi", "Clara", "Dmitri", "Elif", "Emeka", "Fatima",
    "Finn", "Grace", "Hana", "Hugo", "Ingrid", "Ismail", "Jonas", "Kavya", "Kofi", "Laila", "Leon", "Lucía", "Mara",
    "Mateo", "Mei", "Nadia", "Niamh", "Noor", "Oskar", "Paula", "Priya", "Rafael", "Ruth", "Salma", "Sofia", "Tariq",
    "Theo", "Tomás", "Uma", "Vera", "Viktor", "Wanjiru", "Yara", "Yusuf", "Zoë",
)  # fmt: skip
FAMILY = (
    "Abebe", "Andersson", "Aydın", "Bakker", "Bianchi", "Carvalho", "Chen", "Costa", "Diallo", "Dubois", "Eriksen",
    "Farouk", "Fischer", "García", "Gupta", "Haddad", "Hansen", "Ibrahim", "Ito", "Jansen", "Kamau", "Kowalska",
    "Larsen", "López", "Mehta", "Meyer", "Moreau", "Mwangi", "Nakamura", "Novák", "O'Brien", "Okafor", "Oliveira",
    "Park", "Petrov", "Rossi", "Sato", "Schmidt", "Silva", "Tanaka", "Usman", "Varga", "Walsh", "Weber", "Yılmaz",
    "Zhang",
)  # fmt: skip

NOTES = (
    "Please leave it with the neighbours.",
    "It is a present: no invoice in the parcel, please.",
    "Ring twice.",
    "Deliver after six in the evening if you can.",
    "The last one arrived chipped, so pack it well.",
)

REVIEWS = {
    1: ("Broke in the first week.", "Not what the picture shows.", "Arrived chipped, and nobody answered."),
    2: ("Smaller than I thought.", "Fine, but not for that price.", "The colour is off."),
    3: ("Does what it should.", "Good enough for the summer house.", "All right, nothing special."),
    4: ("Very nice, the delivery took a while.", "Well made. One star less for the packaging.", "Use it every day."),
    5: ("Beautiful, and it will outlive me.", "Bought a second one as a present.", "Exactly right.", "I love it."),
}
