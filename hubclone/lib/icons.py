"""The icon set: our own drawings on a 24-unit grid, stroked with the current colour. Names say what is drawn."""

from __future__ import annotations

ICONS: dict[str, str] = {
    "alert": '<path d="M12 3.5 2.8 19.5h18.4z"/><path d="M12 10v4.5M12 17v.01"/>',
    "apps": '<rect x="4" y="4" width="6.5" height="6.5" rx="1.5"/><rect x="13.5" y="4" width="6.5" height="6.5" '
    'rx="1.5"/><rect x="4" y="13.5" width="6.5" height="6.5" rx="1.5"/>'
    '<rect x="13.5" y="13.5" width="6.5" height="6.5" rx="1.5"/>',
    "arrow-down": '<path d="M12 5v14M6 13l6 6 6-6"/>',
    "arrow-left": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "arrow-right": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "arrow-up": '<path d="M12 19V5M6 11l6-6 6 6"/>',
    "automation": '<rect x="3.5" y="3.5" width="6.5" height="6.5" rx="1.5"/><rect x="14" y="14" width="6.5" '
    'height="6.5" rx="1.5"/><path d="M6.75 10v4.25a3 3 0 0 0 3 3H14"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15z"/><path d="M10 18.5a2 2 0 0 0 4 0"/>',
    "building": '<path d="M5 20.5v-16h9v16M14 10h5v10.5M3.5 20.5h17M8 8h3M8 12h3M8 16h3"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/><path d="M3.5 10h17M8 2.8v4M16 2.8v4"/>',
    "calendar-plus": '<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/>'
    '<path d="M3.5 10h17M8 2.8v4M16 2.8v4M12 12.7v5M9.5 15.2h5"/>',
    "cart": '<path d="M3 4.5h2.5l2.2 10.5h10L20 7.5H6.2"/>'
    '<circle cx="9" cy="19" r="1.5"/><circle cx="16.5" cy="19" r="1.5"/>',
    "chat": '<path d="M4 5h16v11.5h-8.5L7 20.5v-4H4z"/><path d="M8 9.2h8M8 12.4h5"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "check-circle": '<circle cx="12" cy="12" r="8.75"/><path d="m8 12.3 2.8 2.8 5.2-5.8"/>',
    "chevron-down": '<path d="m6 9.5 6 6 6-6"/>',
    "chevron-up": '<path d="m6 14.5 6-6 6 6"/>',
    "chevron-left": '<path d="m14.5 6-6 6 6 6"/>',
    "chevron-right": '<path d="m9.5 6 6 6-6 6"/>',
    "clock": '<circle cx="12" cy="12" r="8.75"/><path d="M12 7v5.2l3.4 2"/>',
    "coin": '<circle cx="12" cy="12" r="8.75"/>'
    '<path d="M14.8 9.3c-.4-1-1.4-1.5-2.8-1.5-1.6 0-2.8.7-2.8 2 0 3 5.8 1.5 5.8 4.4 '
    '0 1.3-1.3 2-3 2-1.5 0-2.5-.5-3-1.5M12 6v1.8M12 16.2V18"/>',
    "columns": '<rect x="3.5" y="4.5" width="17" height="15" rx="2.5"/><path d="M9.2 4.5v15M14.8 4.5v15"/>',
    "contacts": '<circle cx="9" cy="8" r="3.5"/><path d="M2.8 19.5c.5-3.4 3-5.3 6.2-5.3s5.7 1.9 6.2 5.3"/>'
    '<path d="M15.5 4.8a3.5 3.5 0 0 1 0 6.4M17.5 14.6c2 .7 3.3 2.4 3.7 4.9"/>',
    "copy": '<rect x="8.5" y="8.5" width="12" height="12" rx="2.5"/>'
    '<path d="M15.5 8.5V6A2.5 2.5 0 0 0 13 3.5H6A2.5 2.5 0 0 0 3.5 6v7A2.5 2.5 0 0 0 6 15.5h2.5"/>',
    "crm": '<rect x="3.5" y="9" width="17" height="11" rx="2.5"/><path d="M6 9V6h12v3M8.5 6V3.5h7V6"/>',
    "edit": '<path d="M4 20l1-4.5L16.3 4.2a1.8 1.8 0 0 1 2.5 0l1 1a1.8 1.8 0 0 1 0 2.5L8.5 19z"/>',
    "ellipsis": '<path d="M5 12v.01M12 12v.01M19 12v.01" stroke-width="2.8"/>',
    "external": '<path d="M13.5 4H20v6.5M20 4l-9 9M17.5 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8.5a2 2 0 0 1 2-2h4"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "filter": '<path d="M4 6h16M7 12h10M10 18h4"/>',
    "globe": '<circle cx="12" cy="12" r="8.75"/><path d="M3.3 12h17.4M12 3.3c5 5.5 5 11.9 0 17.4'
    'M12 3.3c-5 5.5-5 11.9 0 17.4"/>',
    "help": '<circle cx="12" cy="12" r="8.75"/><path d="M9.5 9.6a2.6 2.6 0 1 1 3.7 2.4c-.8.4-1.2.9-1.2 1.8'
    'M12 16.7v.01"/>',
    "home": '<path d="m3.5 11 8.5-7 8.5 7M6 9.5v10.5h12V9.5M10 20v-5.5h4V20"/>',
    "inbox": '<path d="M3.5 13.5 6.5 5h11l3 8.5v5a1.5 1.5 0 0 1-1.5 1.5H5a1.5 1.5 0 0 1-1.5-1.5z"/>'
    '<path d="M3.5 13.5h5l1 2.5h5l1-2.5h5"/>',
    "info": '<circle cx="12" cy="12" r="8.75"/><path d="M12 11.2v5M12 7.8v.01"/>',
    "key": '<circle cx="7.5" cy="15.5" r="4"/><path d="m10.5 12.5 8.5-8.5M15.5 7.5 18 10"/>',
    "language": '<path d="M3.5 6h10M8.5 3.5V6M12 6c-1 4-4 7.5-8 9M5.5 9c1 2.5 3.5 5 6 6M11.5 20.5l4.5-10 4.5 10'
    'M13 17.2h6"/>',
    "link": '<path d="M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7l-1.1 1.1M14 10a4 4 0 0 0-5.7 0l-3.1 3.1'
    'a4 4 0 0 0 5.7 5.7l1.1-1.1"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="2.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "logout": '<path d="M14.5 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20h8M10.5 12H20.5M17 8.5l3.5 3.5'
    '-3.5 3.5"/>',
    "mail": '<rect x="3" y="5.5" width="18" height="13.5" rx="2.5"/><path d="m3.8 7.5 8.2 6.2 8.2-6.2"/>',
    "map-pin": '<path d="M12 21s-6.8-5.8-6.8-11a6.8 6.8 0 0 1 13.6 0c0 5.2-6.8 11-6.8 11z"/>'
    '<circle cx="12" cy="10" r="2.5"/>',
    "marketplace": '<path d="M4.5 10v9.5h15V10M3 10l1.8-6h14.4L21 10a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0z"/>',
    "menu": '<path d="M4 6.5h16M4 12h16M4 17.5h16"/>',
    "minus": '<path d="M5 12h14"/>',
    "moon": '<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"/>',
    "note": '<path d="M5 3.5h9.5L19.5 8.5v12H5zM14 3.8V9h5M8.5 13h7M8.5 16.5h4.5"/>',
    "panel-left": '<rect x="3.5" y="4.5" width="17" height="15" rx="2.5"/><path d="M9.5 4.5v15"/>',
    "pause": '<path d="M8.5 5v14M15.5 5v14"/>',
    "phone": '<path d="M6 3.5h3l1.5 4.5-2 1.5a12 12 0 0 0 6 6l1.5-2 4.5 1.5v3a2 2 0 0 1-2.2 2A15.5 15.5 0 0 1 4 5.7'
    'a2 2 0 0 1 2-2.2z"/>',
    "play": '<path d="M7.5 4.8v14.4L19 12z"/>',
    "plug": '<path d="M9 3v5M15 3v5M6 8h12v3.5a6 6 0 0 1-12 0zM12 17.5V21"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "product": '<path d="M12 3.2 20 7.5v9l-8 4.3-8-4.3v-9zM4 7.5l8 4.3 8-4.3M12 11.8v9"/>',
    "receipt": '<path d="M6 3.5h12v17l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5-2 1.5zM9.5 8.5h5M9.5 12h5"/>',
    "refresh": '<path d="M20 11a8 8 0 0 0-14-4.5L3.5 9M3.5 4.5V9H8M4 13a8 8 0 0 0 14 4.5l2.5-2.5M20.5 19.5V15H16"/>',
    "search": '<circle cx="10.8" cy="10.8" r="6.8"/><path d="m16 16 4.5 4.5"/>',
    "settings": '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2.2"/>'
    '<circle cx="9" cy="17" r="2.2"/>',
    "shield": '<path d="M12 3 4.5 6v5.5c0 4.5 3 7.7 7.5 9.5 4.5-1.8 7.5-5 7.5-9.5V6z"/>'
    '<path d="m8.8 11.8 2.3 2.3 4.2-4.5"/>',
    "sun": '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4'
    'M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"/>',
    "switch": '<path d="m8 9.5 4-4 4 4M8 14.5l4 4 4-4"/>',
    "sync": '<path d="M4 9h15M15.5 5 19.5 9l-4 4M20 15.5H5M8.5 12 4.5 15.5l4 4"/>',
    "system": '<rect x="3" y="4.5" width="18" height="12" rx="2"/><path d="M8.5 20h7M12 16.5V20"/>',
    "ticket": '<path d="M3.5 6.5h17V10a2 2 0 0 0 0 4v3.5h-17V14a2 2 0 0 0 0-4zM14.5 6.5v2M14.5 11v2M14.5 15.5v2"/>',
    "trash": '<path d="M4 6.5h16M9.5 6V3.5h5V6M6 6.5l1 14h10l1-14M10 10.5v6M14 10.5v6"/>',
    "undo": '<path d="M8.5 4.5 4 9l4.5 4.5M4.5 9H14a5.5 5.5 0 0 1 0 11h-3.5"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4 3.5-6.2 7.5-6.2s6.9 2.2 7.5 6.2"/>',
    "video": '<rect x="2.8" y="6" width="12.7" height="12" rx="2.5"/><path d="m15.5 10.7 5.7-3.2v9l-5.7-3.2z"/>',
    "webinar": '<rect x="3" y="4" width="18" height="12" rx="2"/><path d="m10.3 7.5 4 2.5-4 2.5zM8 20h8"/>',
    "x": '<path d="m6 6 12 12M18 6 6 18"/>',
    "x-circle": '<circle cx="12" cy="12" r="8.75"/><path d="m9 9 6 6M15 9l-6 6"/>',
}
