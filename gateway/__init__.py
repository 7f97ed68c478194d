"""The process that vendors, browsers and agents reach; it alone knows all rooms."""
