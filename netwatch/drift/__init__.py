"""What is read of devices: kept, compared with the approved baselines, judged, approved."""
