"""Taking things out of initviz: pictures now, of any view and any page."""
