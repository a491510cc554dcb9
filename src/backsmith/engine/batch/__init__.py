"""/api/batch: several operations in one transaction, where later ones may refer to results of earlier ones."""
