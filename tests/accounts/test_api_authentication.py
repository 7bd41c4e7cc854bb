"""Bearer tokens of the API."""

from __future__ import annotations

from typing import Any, cast

import pytest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.api.caller import ApiCaller
from accounts.choices import ActorKind
from accounts.models import Membership
from accounts.services.tokens import access_token_create, access_token_revoke
from tests.accounts.factories import actor_of


class Contacts(APIView):
    """A view that needs a scope and says who called."""

    required_scopes = ("crm.objects.contacts.read",)

    def get(self, request: Request) -> Response:
        caller = cast(ApiCaller, request.auth)
        return Response({"account": caller.account_id, "actor": caller.actor.kind, "kind": caller.kind})


def call(authorization: str | None) -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = Contacts.as_view()(APIRequestFactory().get("/", headers=headers))
    return response.render()


@pytest.fixture
def plain(admin: Membership) -> str:
    return _create(admin, ["crm.objects.contacts.read"])


def _create(owner: Membership, scopes: list[str]) -> str:
    return access_token_create(
        actor=actor_of(owner), account=owner.account, name="Script", scopes=scopes, created_by=owner.user
    )[1]


def test_a_good_token_calls_as_its_app_in_its_account(admin: Membership, plain: str) -> None:
    response = call(f"Bearer {plain}")
    assert response.status_code == 200
    assert response.data == {"account": admin.account_id, "actor": ActorKind.APP, "kind": "private_app"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer pat-wrong", "Bearer other-wrong", "Basic cGF0LXg=", "Bearer a b", "Bearer \xff"]
)
def test_no_token_or_a_bad_one_is_a_401_in_the_error_shape(plain: str, header: str | None) -> None:
    response = call(header)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    body = response.data
    assert (body["status"], body["category"]) == ("error", "INVALID_AUTHENTICATION")
    assert body["correlationId"]


def test_a_revoked_token_is_a_401(admin: Membership, plain: str) -> None:
    access_token_revoke(actor=actor_of(admin), token_id=admin.account.access_tokens.get().pk)
    assert call(f"Bearer {plain}").status_code == 401


def test_a_token_without_the_scope_is_a_403_that_names_it(admin: Membership) -> None:
    response = call(f"Bearer {_create(admin, ['hub.sync.read'])}")
    assert response.status_code == 403
    body = response.data
    assert body["category"] == "MISSING_SCOPES"
    assert body["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.read"]
