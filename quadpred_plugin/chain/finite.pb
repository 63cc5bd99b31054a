
c
framesPlaceholder*?
shape6:4ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
%
IsFiniteIsFiniteframes*
T0
(

zeros_like	ZerosLikeframes*
T0
9
finiteSelectV2IsFiniteframes
zeros_like*
T0"ª