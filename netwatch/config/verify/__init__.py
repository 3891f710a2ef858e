"""What is wrong between tables, once each is read: one module for each part of the file.

Every function takes the draft and yields findings; none reads anything or knows the time.
"""
