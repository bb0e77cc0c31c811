"""What names are drawn from: words of ordinary platforms, none of which hints at a fault."""

NOUNS = (
    *("account", "address", "basket", "billing", "booking", "cart", "catalog", "checkout"),
    *("courier", "coupon", "customer", "delivery", "dispatch", "fare", "fleet", "gift"),
    *("identity", "inventory", "invoice", "itinerary", "ledger", "loyalty", "media", "menu"),
    *("notify", "offer", "orders", "payment", "pricing", "profile", "quote", "rating"),
    *("receipt", "refund", "report", "returns", "review", "search", "session", "shipping"),
    *("stock", "tariff", "tax", "ticket", "transit", "voucher", "wallet", "warehouse"),
)
ROLES = ("api", "backend", "core", "edge", "engine", "gateway", "server", "service", "web")
SYSTEMS = (
    *("atlas", "aurora", "beacon", "cobalt", "delta", "harbor", "juniper", "lumen", "meridian"),
    *("nimbus", "orchid", "polaris", "quartz", "sierra", "tundra", "vega", "willow", "zephyr"),
)
STAGES = ("dev", "eu", "live", "pilot", "prod", "qa", "stage", "us")
TIERS = ("frontend", "middleware", "backend", "internal")
PURPOSES = (
    *("batch", "chat", "embed", "finetune", "inference", "lab", "notebooks", "ranking"),
    *("research", "speech", "train", "vision"),
)
POOLS = ("a", "blue", "gpu", "large", "main", "pool1", "wide", "workers")
PORTS = (3000, 5000, 7070, 8000, 8080, 8081, 8090, 8443, 8888, 9000, 9090, 9443)
STEMS = ("app", "env", "options", "params", "runtime", "settings")
KEYS = ("API_TOKEN", "DB_PASSWORD", "HMAC_KEY", "REDIS_PASSWORD", "SESSION_KEY", "SMTP_PASSWORD")
"""Keys of Secrets; three different ones are drawn."""
