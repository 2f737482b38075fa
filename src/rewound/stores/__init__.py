"""Where dumps lie besides the local disk: object stores, web servers, and hosts reached by SFTP."""
