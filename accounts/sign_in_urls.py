"""The pages of django-allauth that are offered, under their own names, which its code refers to."""

from __future__ import annotations

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from django.urls import path, re_path

from accounts.views import sign_in_changes as changes
from accounts.views.sign_in import emails_home, security_home, verification_resend

urlpatterns = [
    path("login/", changes.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", changes.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("email/", emails_home, name="account_email"),
    path("confirm-email/", views.email_verification_sent, name="account_email_verification_sent"),
    path("confirm-email/resend/", verification_resend, name="account_email_verification_resend"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", changes.confirm_email, name="account_confirm_email"),
    path("password/change/", changes.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        changes.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("two-factor/", security_home, name="mfa_index"),
    path("two-factor/authenticate/", changes.second_step, name="mfa_authenticate"),
    path("two-factor/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("two-factor/app/", changes.second_factor_on, name="mfa_activate_totp"),
    path("two-factor/app/off/", changes.second_factor_off, name="mfa_deactivate_totp"),
    path("two-factor/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("two-factor/codes/new/", changes.recovery_codes_renew, name="mfa_generate_recovery_codes"),
    path("two-factor/codes/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
]
