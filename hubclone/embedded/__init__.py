"""PostgreSQL and Redis from wheels, for the demo and the tests. Servers set DATABASE_URL and REDIS_URL instead."""
