"""The web portal: a built page and its files, served to browsers."""
