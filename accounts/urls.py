"""The platform's pages."""

from __future__ import annotations

from django.urls import include, path

from accounts.views import audit, jobs, members, profile, start, tokens

app_name = "accounts"

_settings = [
    path("", start.settings, name="settings"),
    path("general/profile/", profile.profile, name="profile"),
    path("users/", members.users, name="users"),
    path("users/<int:membership_id>/", members.user_edit, name="user_edit"),
    path("users/<int:membership_id>/remove/", members.user_remove, name="user_remove"),
    path("integrations/private-apps/", tokens.tokens, name="tokens"),
    path("integrations/private-apps/new/", tokens.token_create, name="token_create"),
    path("integrations/private-apps/<int:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("activity/audit-log/", audit.audit, name="audit"),
    path("activity/failed-jobs/", jobs.failed_jobs, name="failed_jobs"),
    path("activity/failed-jobs/<str:label>/<int:job_id>/retry/", jobs.job_retry, name="job_retry"),
]

urlpatterns = [
    path("app/<int:account_id>/", start.account_start, name="start"),
    path("app/<int:account_id>/settings/", include(_settings)),
]
