"""What is known of each request, durable. One journal holds all runs."""
