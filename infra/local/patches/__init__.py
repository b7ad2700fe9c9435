"""What is changed in MiniStack, one module a subject.  ``private_names`` lists what of it is used."""
