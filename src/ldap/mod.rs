//! LDAP: connections, TLS, paging, controls; shared by directory and systems.
