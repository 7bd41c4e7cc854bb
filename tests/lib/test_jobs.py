import pytest
from accounts.models import Account


@pytest.mark.django_db
def test_x():
    assert Account.objects.create(name="x").pk
