"""Discord as a platform: posts editions, answers commands and buttons, lets admins set channels up."""
