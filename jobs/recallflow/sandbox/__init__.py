"""The simulated vendor: on loopback, it checks what the vendor checks, keeps state, and fails on demand."""
