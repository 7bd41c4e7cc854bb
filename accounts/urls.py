"""The platform's pages."""

from __future__ import annotations

from django.urls import include, path

from accounts.views import (
    account,
    audit,
    domains,
    emails,
    help,
    host_files,
    invitations,
    jobs,
    members,
    notifications,
    profile,
    search,
    security,
    start,
    tokens,
)

app_name = "accounts"

_settings = [
    path("", start.settings, name="settings"),
    path("general/profile/", profile.profile, name="profile"),
    path("general/email/", emails.emails, name="emails"),
    path("security/", security.security, name="security"),
    path("security/sessions/end/", security.sessions_end, name="sessions_end"),
    path("account/", account.account, name="account"),
    path("account/subscriptions/", account.subscriptions, name="subscriptions"),
    path("account/brands/", account.brands, name="brands"),
    path("account/brands/<int:brand_id>/", account.brand, name="brand"),
    path("account/brands/<int:brand_id>/primary/", account.brand_primary, name="brand_primary"),
    path("account/brands/<int:brand_id>/delete/", account.brand_remove, name="brand_remove"),
    path("users/", members.users, name="users"),
    path("users/invite/", invitations.user_invite, name="user_invite"),
    path("users/invitations/<int:invitation_id>/resend/", invitations.invitation_again, name="invitation_resend"),
    path("users/invitations/<int:invitation_id>/withdraw/", invitations.invitation_withdraw, name="invitation_revoke"),
    path("users/<int:membership_id>/", members.user_edit, name="user_edit"),
    path("users/<int:membership_id>/remove/", members.user_remove, name="user_remove"),
    path("domains/", domains.domains, name="domains"),
    path("domains/<int:domain_id>/", domains.domain, name="domain"),
    path("domains/<int:domain_id>/check/", domains.domain_check_now, name="domain_check"),
    path("domains/<int:domain_id>/connect/", domains.domain_connect, name="domain_connect"),
    path("domains/<int:domain_id>/remove/", domains.domain_remove_now, name="domain_remove"),
    path("notifications/", notifications.notification_settings, name="notification_settings"),
    path("integrations/private-apps/", tokens.tokens, name="tokens"),
    path("integrations/private-apps/new/", tokens.token_create, name="token_create"),
    path("integrations/private-apps/<int:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("activity/audit-log/", audit.audit, name="audit"),
    path("activity/audit-log/export/", audit.audit_csv, name="audit_csv"),
    path("activity/failed-jobs/", jobs.failed_jobs, name="failed_jobs"),
    path("activity/failed-jobs/<str:label>/<int:job_id>/retry/", jobs.job_retry, name="job_retry"),
]

urlpatterns = [
    path("robots.txt", host_files.robots, name="robots"),
    path(".well-known/hubclone-verification.txt", host_files.domain_proof, name="domain_proof"),
    path("invitation/<str:secret>", invitations.invitation, name="invitation"),
    path("app/<int:account_id>/", start.account_start, name="start"),
    path("app/<int:account_id>/search", search.search, name="search"),
    path("app/<int:account_id>/help/", help.help_page, name="help"),
    path("app/<int:account_id>/notifications/", notifications.notifications, name="notifications"),
    path("app/<int:account_id>/notifications/bell", notifications.bell, name="bell"),
    path(
        "app/<int:account_id>/notifications/read/", notifications.notifications_mark_all, name="notifications_mark_all"
    ),
    path(
        "app/<int:account_id>/notifications/<int:notification_id>/",
        notifications.notification_open,
        name="notification_open",
    ),
    path(
        "app/<int:account_id>/notifications/<int:notification_id>/read/",
        notifications.notification_mark,
        name="notification_mark",
    ),
    path("app/<int:account_id>/settings/", include(_settings)),
]
