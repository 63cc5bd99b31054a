"""What leaves the checkout: built, inspected, installed into fresh environments and used there."""
