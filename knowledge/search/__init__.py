"""Finding the article that answers a question: words (BM25) and meaning (sentence vectors), fused."""
