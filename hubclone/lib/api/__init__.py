"""What every API view stands on: one error shape, one paging, scopes, both slash forms."""
