"""From what is wanted to what is deployed: plan, execute, versions.  Start reading at ``deploy``."""
